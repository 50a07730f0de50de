"""Printers of the counterparts of the standard library's pointers: `shared_ptr`, `weak_ptr`."""
from ouro_gdb_parts.header import header_of
from ouro_gdb_parts.pointers import WeakPrinter
from ouro_gdb_parts.program import target_of


class SharedPrinter:
    """`shared_ptr to T (count n, flags)`: the type of the part, and the count of the object that owns it."""

    def __init__(self, value):
        self.part, self.owner = value["alias_"]["part_"], value["alias_"]["owner_"]

    def to_string(self):
        if int(self.owner["pointee_"]) != 0:
            return "shared_ptr to %s (%s)" % (target_of(self.part), header_of(self.owner).describe())
        return "shared_ptr (null)" if int(self.part) == 0 else "shared_ptr to %s (of nothing)" % target_of(self.part)

    def children(self):
        if int(self.part) != 0:
            yield "get()", self.part


class WeakSharedPrinter(WeakPrinter):
    kind, member = "weak_ptr", "part_"

    def target_name(self):
        return target_of(self.value[self.member])
