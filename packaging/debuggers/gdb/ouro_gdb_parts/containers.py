"""Printers of the containers, each as what it holds."""
import gdb
from ouro_gdb_parts.header import header_of
from ouro_gdb_parts.program import at, children_of, elements, text_of, type_named, vector_range, word_bytes, word_of


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
        self.block = value["values_"]["pointee_"]

    def to_string(self):
        return "tuple"

    def children(self):
        if int(self.block) != 0:
            values = self.block.dereference()
            yield from children_of(values) or [("[all]", values)]

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
    first, places = vector_range(value["entries_"])
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
        size = int(self.value["size_"])
        if size == 0:
            return
        shape = type_named("ouro::detail::shape<ouro::basic_interned_string<ouro::no_locking> >")
        first_name = vector_range(at(int(self.value["names_"]), shape)["names_"])[0]
        for i in range(size):
            yield (first_name + i).dereference(), (self.value["values_"] + i).dereference()


class SlotPrinter:
    """One name of `slots_of<T>`."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        return 'slot "%s"' % text_of(self.value["name"])

    def children(self):
        yield "member", self.value["member"]


class WeakMapPrinter(MapPrinter):
    """The entries, by the printer of the hash table that they are in. One that waits to be taken away counts no more."""

    def __init__(self, value):
        self.table = value["entries_"]["entries_"]
        found = children_of(self.table)
        self.found = None if found is None else [child for _, child in found]

    def entries(self):
        return [pair for pair in zip(self.found[::2], self.found[1::2]) if not pair[1]["is_gone"]]

    def to_string(self):
        return self.name if self.found is None else super().to_string()

    def children(self):
        return iter([("table", self.table)]) if self.found is None else super().children()

    def display_hint(self):
        return None if self.found is None else super().display_hint()


class WeakValueMapPrinter(WeakMapPrinter):
    name = "weak_value_map"

    def pairs(self):
        return [(key, entry["object"]) for key, entry in self.entries()]


class WeakKeyMapPrinter(WeakMapPrinter):
    name = "weak_key_map"

    def pairs(self):
        return [(entry["object"], entry["content"]) for _, entry in self.entries()]


class WeakSetPrinter(WeakMapPrinter):
    name = "weak_set"

    def pairs(self):
        return [(key, entry["object"]) for key, entry in self.entries()]

    def children(self):
        objects = (("[%d]" % i, each) for i, (_, each) in enumerate(self.pairs())) if self.found is not None else None
        return super().children() if objects is None else objects

    def display_hint(self):
        return None if self.found is None else "array"
