"""What the debugged program says of itself: types, constants, variables of the library, standard containers inside."""
import re

import gdb


def in_cpp(ask, name):
    """Asks as a C++ frame would, even where the selected frame is written in another language."""
    try:
        return ask(name)
    except gdb.error:
        language = gdb.parameter("language")
        gdb.execute("set language c++", to_string=True)
        try:
            return ask(name)
        finally:
            gdb.execute("set language " + language, to_string=True)


def evaluate(expression):
    return in_cpp(gdb.parse_and_eval, expression)


def type_named(name):
    return in_cpp(gdb.lookup_type, name)


def constants(scope, *names):
    """Integers of a class, which the program's debug information holds: so they need no copy here."""
    return [int(evaluate(scope + "::" + name)) for name in names]


def at(address, type):
    """What lies at an address, as a value of that type."""
    return gdb.Value(int(address)).cast(type.pointer()).dereference()


def word_bytes():
    return type_named("void").pointer().sizeof


def word_at(address, bytes=None):
    """An unsigned integer, of the size of an address unless told otherwise."""
    unsigned = {4: "unsigned int", 8: "unsigned long long"}[bytes or word_bytes()]
    return int(at(address, type_named(unsigned)))


def word_of(value):
    """The integer or the address in a value that is nothing else, such as a `std::atomic` or a `std::unique_ptr`."""
    return word_at(value.address, value.type.sizeof)


def plain(type):
    type = type.strip_typedefs()
    if type.code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF):
        type = type.target().strip_typedefs()
    return type.unqualified()


def name_of(type):
    """As C++ writes it, whatever the selected frame is written in."""
    return type.name or str(type)


def target_of(pointer):
    """The name of what it points to, without the names that the library gives it."""
    return name_of(pointer.type.target().strip_typedefs())


def argument(type, number):
    return plain(type).template_argument(number)


def field(value, *names):
    """The member under the first of these names that there is: the standard libraries name theirs in their own ways."""
    for name in names:
        try:
            return value[name]
        except gdb.error:
            pass
    raise gdb.error("no member " + " or ".join(names))


def vector_range(vector):
    """The first element's address, and how many there are. (libstdc++, libc++)"""
    inside = field(vector, "_M_impl", "__begin_")
    if inside.type.strip_typedefs().code == gdb.TYPE_CODE_PTR:
        first, end = inside, vector["__end_"]
    else:
        first, end = inside["_M_start"], inside["_M_finish"]
    return first, int(end - first)


def text_of(view):
    """The characters of a `std::string_view`. (libstdc++, libc++)"""
    return field(view, "_M_str", "__data_", "__data").string(length=int(field(view, "_M_len", "__size_", "__size")))


def tuple_elements(value):
    """Of a `std::tuple`. In libstdc++ its class inherits from those of the rest and of the head, in libc++ from all."""
    bases = [value[each] for each in value.type.strip_typedefs().fields() if each.is_base_class]
    if not bases:
        bases = [value["__base_"][each] for each in value["__base_"].type.fields() if each.is_base_class]
    holders = [each for each in bases if re.match(r"std::.*(_Head_base|__tuple_leaf)<", each.type.name)]
    own = [field(each, "_M_head_impl", "__value_") for each in holders]
    rest = [each for each in bases if "_Tuple_impl<" in each.type.name]
    return own + [found for each in rest for found in tuple_elements(each)]


def elements(first, count):
    for i in range(count):
        yield "[%d]" % i, (first + i).dereference()


def values_of_threads(variable):
    """Those of a thread-local variable, that of the selected thread first."""
    # By its address: the variable itself is another one as soon as another thread is selected.
    yield evaluate("&" + variable).dereference()
    thread, frame = gdb.selected_thread(), gdb.selected_frame()
    try:
        for each in gdb.selected_inferior().threads():
            if each.num != thread.num:
                each.switch()
                yield evaluate("&" + variable).dereference()
    finally:
        thread.switch()
        frame.select()


def symbol_at(address):
    """The name of what lies at an address, or an empty one."""
    found = gdb.execute("info symbol 0x%x" % int(address), to_string=True)
    return re.sub(r" in section .*", "", found, flags=re.DOTALL) if " in section " in found else ""
