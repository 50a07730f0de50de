"""Member functions as the debugger does them itself, since those of templates are inlined away, or were never made."""
import gdb
import gdb.xmethod
from ouro_gdb_parts.containers import AttributesPrinter, dict_pairs, frozen_range
from ouro_gdb_parts.header import header_of
from ouro_gdb_parts.pointers import header_of_weak
from ouro_gdb_parts.program import name_of, type_named, vector_range
from ouro_gdb_parts.values import object_of


def use_count(header):
    count = header.count().pointers if header is not None else 0
    return gdb.Value(count).cast(type_named("long"))


def size(count):
    return gdb.Value(count).cast(type_named("unsigned long"))


def element(first, count, index):
    if not 0 <= int(index) < count:
        raise gdb.GdbError("there are %d elements" % count)
    return first[int(index)]


def as_text(value):
    """What a string holds, of whatever class; None of anything else."""
    type = value.type.strip_typedefs()
    if type.code in (gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_ARRAY):
        return value.string() if name_of(type.target().unqualified()) == "char" else None
    printer = gdb.default_visualizer(value)
    text = printer.to_string() if printer is not None and printer.display_hint() == "string" else None
    return text.value().string(length=text.length) if hasattr(text, "length") else text


def by_key(pairs, key):
    wanted = as_text(key)
    for found, value in pairs:
        if found == key if wanted is None else as_text(found) == wanted:
            return value
    raise gdb.GdbError("there is no such key")


def strong_count(pointer):
    return use_count(header_of(pointer) if int(pointer["pointee_"]) != 0 else None)


INDEX = "unsigned long"
TEXT = "text"
KEY = "key"

# Of each template, for each function: what it does with the object, and the type of its argument if it has one.
METHODS = {
    "managed_ptr": {
        "operator*": (lambda p: p["pointee_"].dereference(), None),
        "operator->": (lambda p: p["pointee_"], None),
        "operator[]": (lambda p, i: p["pointee_"][int(i)], INDEX),
        "get": (lambda p: p["pointee_"], None),
        "use_count": (strong_count, None),
    },
    "managed_weak": {
        "use_count": (lambda w: use_count(header_of_weak(w)), None),
        "expired": (lambda w: gdb.Value(int(use_count(header_of_weak(w))) == 0), None),
    },
    "managed_alias": {
        "operator*": (lambda a: a["part_"].dereference(), None),
        "operator->": (lambda a: a["part_"], None),
        "get": (lambda a: a["part_"], None),
        "use_count": (lambda a: strong_count(a["owner_"]), None),
    },
    "basic_shared_ptr": {
        "operator*": (lambda s: s["alias_"]["part_"].dereference(), None),
        "operator->": (lambda s: s["alias_"]["part_"], None),
        "get": (lambda s: s["alias_"]["part_"], None),
        "use_count": (lambda s: strong_count(s["alias_"]["owner_"]), None),
    },
    "basic_weak_ptr": {
        "use_count": (lambda w: use_count(header_of_weak(w)), None),
        "expired": (lambda w: gdb.Value(int(use_count(header_of_weak(w))) == 0), None),
    },
    "list": {
        "operator[]": (lambda l, i: element(*vector_range(l["items_"]), i), INDEX),
        "size": (lambda l: size(vector_range(l["items_"])[1]), None),
    },
    "frozen_list": {
        "operator[]": (lambda l, i: element(*frozen_range(l), i), INDEX),
        "size": (lambda l: size(frozen_range(l)[1]), None),
    },
    "dict": {
        "operator[]": (lambda d, key: by_key(dict_pairs(d), key), KEY),
        "size": (lambda d: d["table_"]["size_"], None),
    },
    "attributes": {
        "operator[]": (lambda a, name: by_key(AttributesPrinter(a).pairs(), name), TEXT),
        "size": (lambda a: size(a["values_"]["size_"]), None),
    },
    "interned": {
        "operator*": (lambda i: object_of(i)["value"], None),
        "operator->": (lambda i: object_of(i)["value"].address, None),
        "get": (lambda i: object_of(i)["value"], None),
    },
    "basic_interned_string": {"size": (lambda s: object_of(s)["length"], None)},
    "basic_small_int": {
        "operator*": (lambda i: object_of(i).dereference(), None),
        "value": (lambda i: object_of(i).dereference(), None),
    },
}


class Worker(gdb.xmethod.XMethodWorker):
    def __init__(self, type, what, argument):
        self.type, self.what, self.argument = type, what, argument

    def get_arg_types(self):
        if self.argument in (TEXT, KEY):
            key = self.type.template_argument(0)
            if self.argument == TEXT or "string" in name_of(key):
                return type_named("char").const().pointer()
            return key
        return None if self.argument is None else type_named(self.argument)

    def __call__(self, object, *arguments):
        # `p.get()` brings the address of `p`, `*p` brings `p`.
        return self.what(object.dereference() if object.type.code == gdb.TYPE_CODE_PTR else object, *arguments)


class Method(gdb.xmethod.XMethod):
    """One function of one template, to be turned off by `disable xmethod`."""


class Matcher(gdb.xmethod.XMethodMatcher):
    def __init__(self):
        super().__init__("ouro")
        names = [(template, name) for template in METHODS for name in METHODS[template]]
        self.named = {each: Method("::".join(each)) for each in names}
        self.methods = list(self.named.values())

    def match(self, class_type, method_name):
        name = class_type.strip_typedefs().unqualified().name or ""
        if not name.startswith("ouro::") or not name.endswith(">"):
            return None
        template = name[len("ouro::"):name.index("<")]
        method = self.named.get((template, method_name))
        if method is None or not method.enabled:
            return None
        what, argument = METHODS[template][method_name]
        return Worker(class_type.strip_typedefs(), what, argument)
