"""Printers of the containers, each as what it holds."""
from ouro_gdb_parts.header import header_of
from ouro_gdb_parts.program import (argument, at, elements, field, text_of, tuple_elements, type_named, vector_range,
                                    word_at, word_bytes, word_of)


class ListPrinter:
    def __init__(self, value):
        self.first, self.size = vector_range(value["items_"])

    def to_string(self):
        return "list of %d" % self.size

    def children(self):
        return elements(self.first, self.size)

    def display_hint(self):
        return "array"


class FrozenListPrinter(ListPrinter):
    def __init__(self, value):
        self.first, self.size = frozen_range(value)

    def to_string(self):
        return "frozen_list of %d" % self.size


def frozen_range(value):
    items = value["items_"]
    return items["pointee_"], header_of(items).length() if int(items["pointee_"]) != 0 else 0


class TuplePrinter:
    def __init__(self, value):
        block = value["values_"]["pointee_"]
        self.elements = tuple_elements(block.dereference()) if int(block) != 0 else []

    def to_string(self):
        return "tuple of %d" % len(self.elements)

    def children(self):
        return (("[%d]" % i, each) for i, each in enumerate(self.elements))

    def display_hint(self):
        return "array"


class MapPrinter:
    """Derived classes have `name`, and `pairs()`: keys with values."""

    def to_string(self):
        return "%s of %d" % (self.name, sum(1 for _ in self.pairs()))

    def children(self):
        for i, (key, value) in enumerate(self.pairs()):
            yield "[%d].key" % i, key
            yield "[%d].value" % i, value

    def display_hint(self):
        return "map"


def dict_pairs(value):
    first, places = vector_range(value["table_"]["entries_"])
    occupied = 1 << (8 * word_bytes() - 1)
    for i in range(places):
        entry = (first + i).dereference()
        if word_of(entry["hash"]) & occupied:
            pair = entry["value"]
            yield pair["first"], pair["second"]


class DictPrinter(MapPrinter):
    """In the order of insertion."""

    name = "dict"

    def __init__(self, value):
        self.value = value

    def pairs(self):
        return dict_pairs(self.value)


class AttributesPrinter(MapPrinter):
    """The names are those of the shape, or where they are many the object's own: both begin with a vector of names."""

    name = "attributes"

    def __init__(self, value):
        self.value = value

    def pairs(self):
        values = self.value["values_"]
        size = int(values["size_"])
        if size == 0:
            return
        shape = type_named("ouro::detail::shape<ouro::basic_interned_string<ouro::no_locking> >")
        first_name = vector_range(at(int(self.value["names_"]["head_"]), shape)["names_"])[0]
        for i in range(size):
            yield (first_name + i).dereference(), (values["first_"] + i).dereference()


class SlotPrinter:
    """One name of `slots_of<T>`."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        return 'slot "%s"' % text_of(self.value["name"])

    def children(self):
        yield "member", self.value["member"]


def weak_entries(value):
    """Those of a weak container, in the order of insertion. One that waits to be taken away counts no more."""
    is_shared = value["entries_"].type.strip_typedefs().name.startswith("ouro::detail::shared_weak_table<")
    if is_shared:
        # Behind a shared pointer. (libstdc++, libc++)
        table = field(value["entries_"]["state_"], "_M_ptr", "__ptr_")["entries"]
    else:
        table = value["entries_"]["entries_"]
    first, places = vector_range(table["nodes_"])
    # Owning pointers, which are null where an entry was taken away.
    nodes = [word_at((first + i).dereference().address) for i in range(places)]
    entries = [at(each, argument(table.type, 0)) for each in nodes if each != 0]
    return [each for each in entries if is_shared or not each["is_empty"]]


class WeakValueMapPrinter(MapPrinter):
    name = "weak_value_map"

    def __init__(self, value):
        self.value = value

    def pairs(self):
        return [(entry["key"], entry["object"]) for entry in weak_entries(self.value)]


class WeakKeyMapPrinter(WeakValueMapPrinter):
    name = "weak_key_map"

    def pairs(self):
        return [(entry["object"], entry["content"]) for entry in weak_entries(self.value)]


class WeakSetPrinter(WeakValueMapPrinter):
    name = "weak_set"

    def children(self):
        return (("[%d]" % i, each) for i, (_, each) in enumerate(self.pairs()))

    def display_hint(self):
        return "array"
