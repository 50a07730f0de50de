"""LLDB shows ouro's pointers, containers and interned values as what they are.

(lldb) command script import ouro_lldb.py
"""
from ouro_lldb_parts import children, summaries  # LLDB finds the functions by these names

# Of each template, the function that says it in one line, and the class that says what it consists of.
TEMPLATES = (
    ("managed_ptr", "pointer_summary", "PointerChildren"),
    ("managed_weak", "weak_summary", "WeakChildren"),
    ("managed_alias", "alias_summary", "AliasChildren"),
    ("managed_atomic", "atomic_summary", "AtomicChildren"),
    ("basic_shared_ptr", "shared_summary", "SharedChildren"),
    ("basic_weak_ptr", "weak_shared_summary", "WeakSharedChildren"),
    ("basic_atomic_shared_ptr", "atomic_shared_summary", "AtomicSharedChildren"),
    ("basic_atomic_weak_ptr", "atomic_weak_shared_summary", "AtomicWeakSharedChildren"),
    ("list", "list_summary", "ListChildren"),
    ("frozen_list", "frozen_list_summary", "FrozenListChildren"),
    ("basic_tuple", "tuple_summary", "TupleChildren"),
    ("dict", "dict_summary", "DictChildren"),
    ("attributes", "attributes_summary", "AttributesChildren"),
    ("slot", "slot_summary", None),
    ("weak_value_map", "weak_value_map_summary", "WeakValueMapChildren"),
    ("weak_key_map", "weak_key_map_summary", "WeakKeyMapChildren"),
    ("weak_set", "weak_set_summary", "WeakSetChildren"),
    ("interned", "interned_summary", "InternedChildren"),
    ("basic_interned_string", "string_summary", None),
    ("basic_small_int", "small_int_summary", None),
    ("basic_heap", "heap_summary", None),
)


def __lldb_init_module(debugger, _):
    def add(name, summary, consists_of):
        named = '-x "^ouro::%s$" -w ouro' % name
        # Without -e the line stands for the value.
        expand = "-e " if consists_of else ""
        debugger.HandleCommand("type summary add %s-F %s.summaries.%s %s" % (expand, __name__, summary, named))
        if consists_of:
            debugger.HandleCommand("type synthetic add -l %s.children.%s %s" % (__name__, consists_of, named))

    for template, summary, consists_of in TEMPLATES:
        add(template + "<.*>", summary, consists_of)
    add("detail::pool_heap", "pool_heap_summary", None)
    debugger.HandleCommand("type category enable ouro")
