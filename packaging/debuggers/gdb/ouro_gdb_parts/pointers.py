"""Printers of the pointers: `managed_ptr`, `managed_weak`, `managed_alias`."""
import gdb
from ouro_gdb_parts.header import Header, header_of, lack_of, policies_of, whole_object
from ouro_gdb_parts.program import argument, elements, target_of, type_named, word_of


def is_array(pointer):
    return argument(pointer.type, 0).strip_typedefs().code == gdb.TYPE_CODE_ARRAY


class PointerPrinter:
    """`ptr to T (count n, flags)`, where `T` is the type that the object was made as; elements of an array follow."""

    def __init__(self, value):
        self.value = value
        self.pointee = value["pointee_"]
        self.header, self.lacks = None, ""
        if int(self.pointee) != 0:
            try:
                self.header = header_of(value)
            except gdb.MemoryError:
                self.lacks = "not readable"
            except gdb.error:
                self.lacks = lack_of(value)

    def to_string(self):
        if int(self.pointee) == 0:
            return "ptr (null)"
        if self.header is None:
            return "ptr to %s (%s)" % (target_of(self.pointee), self.lacks)
        name = self.header.type_name() or target_of(self.pointee)
        if is_array(self.value):
            name = "%s[%d]" % (name.split("[")[0].rstrip(), self.header.length())
        return "ptr to %s (%s)" % (name, self.header.describe())

    def children(self):
        if int(self.pointee) == 0:
            return
        if self.header is not None and is_array(self.value):
            yield from elements(self.pointee, self.header.length())
        else:
            yield "get()", self.made_pointer()

    def made_pointer(self):
        """To the whole object, if its type is known; else the pointer as it stands."""
        made = None if self.header is None else self.header.made_type()
        return self.pointee if made is None else whole_object(self.pointee).cast(made.pointer())

    def display_hint(self):
        return "array" if is_array(self.value) and int(self.pointee) != 0 else None


def header_of_weak(value):
    """The header of what a weak pointer points to; None if that has died, or there never was anything."""
    if int(value["handle_"]["record_"]) == 0:
        return None
    target = value["handle_"]["record_"]["target"]
    try:
        busy = int(target["busy"])
    except gdb.error:
        busy = 0  # of a policy without threads
    address = word_of(target["address_"]) & ~busy
    refcount, collector = policies_of(value)
    if address == 0:
        return None
    return Header(address + type_named("ouro::detail::header<%s>" % refcount).sizeof, refcount, collector)


class WeakPrinter:
    """`weak to T (count n, flags)`, or that it has expired."""

    kind, member = "weak", "pointee_"

    def __init__(self, value):
        self.value = value
        self.header = header_of_weak(value)

    def to_string(self):
        if int(self.value["handle_"]["record_"]) == 0:
            return self.kind + " (null)"
        if self.header is None or self.header.count().is_dying:
            return self.kind + " (expired)"
        return "%s to %s (%s)" % (self.kind, self.target_name(), self.header.describe(besides="watched"))

    def target_name(self):
        return self.header.type_name() or target_of(self.value[self.member])

    def children(self):
        if self.header is not None:
            yield "get()", self.value[self.member]


class AliasPrinter:
    """`alias to P in T (count n, flags)`: a part, and the object that it is a part of."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        part, owner = self.value["part_"], self.value["owner_"]
        if int(part) == 0:
            return "alias (null)"
        if int(owner["pointee_"]) == 0:
            return "alias to %s (of nothing)" % target_of(part)
        header = header_of(owner)
        name = header.type_name() or "an object"
        return "alias to %s in %s (%s)" % (target_of(part), name, header.describe())

    def children(self):
        if int(self.value["part_"]) != 0:
            yield "get()", self.value["part_"]
            yield "owner()", self.value["owner_"]
