"""What a value is shown to consist of."""
import lldb

from ouro_lldb_parts.atomics import loaded, locked
from ouro_lldb_parts.header import array_length, header_of, header_of_weak, is_array, object_of, text_of_string
from ouro_lldb_parts.program import at, child, elements, plain, tuple_elements, vector_range, word_of


class Children:
    """A synthetic value: derived classes say in `found()` which children there are."""

    def __init__(self, value, _):
        self.value = plain(value)
        self.children = []

    def update(self):
        self.children = list(self.found())
        return False

    def num_children(self):
        return len(self.children)

    def has_children(self):
        return True

    def get_child_at_index(self, index):
        return self.children[index] if 0 <= index < len(self.children) else None

    def get_child_index(self, name):
        for i, each in enumerate(self.children):
            if each.GetName() == name:
                return i
        return -1


class PointerChildren(Children):
    """The object as it was made, by a raw pointer; of an array, its elements.
    `*p` and `p->x` lead to the static type."""

    member = "pointee_"

    def found(self):
        pointee = child(self.value, self.member)
        if word_of(pointee) == 0:
            return
        header = header_of(self.value) if self.member == "pointee_" else None
        if header is not None and not header.is_readable:
            yield pointee.Clone("get()")
        elif header is not None and is_array(self.value):
            yield from elements(pointee, array_length(header))
        else:
            made = None if header is None else header.made_type()
            yield pointee.Clone("get()") if made is None else header.object().Cast(made.GetPointerType()).Clone("get()")

    def get_child_index(self, name):
        if name == "$$dereference$$":
            return self.num_children()
        return super().get_child_index(name)

    def get_child_at_index(self, index):
        if index == self.num_children() and index != 0:
            return child(self.value, self.member).Dereference()
        return super().get_child_at_index(index)


class AliasChildren(PointerChildren):
    member = "part_"


class SharedChildren(AliasChildren):
    def __init__(self, value, _):
        super().__init__(child(value, "alias_"), _)


class WeakChildren(Children):
    member = "pointee_"

    def found(self):
        if word_of(child(child(self.value, "handle_"), "record_")) != 0 and header_of_weak(self.value) is not None:
            yield child(self.value, self.member).Clone("get()")


class WeakSharedChildren(WeakChildren):
    member = "part_"


class AtomicChildren(PointerChildren):
    def __init__(self, value, _):
        super().__init__(value, _)
        self.atomic = self.value

    def update(self):
        self.value = loaded(self.atomic)
        return super().update()


class AtomicSharedChildren(SharedChildren):
    def __init__(self, value, _):
        super().__init__(locked(value), _)


class AtomicWeakSharedChildren(WeakSharedChildren):
    def __init__(self, value, _):
        super().__init__(locked(value), _)


class InternedChildren(Children):
    def found(self):
        entry = object_of(self.value)
        if word_of(entry) != 0:
            yield child(entry, "value").Clone("get()")


class ListChildren(Children):
    def found(self):
        return elements(*vector_range(child(self.value, "items_")))


class FrozenListChildren(Children):
    def found(self):
        items = plain(child(self.value, "items_"))
        pointee = child(items, "pointee_")
        return elements(pointee, array_length(header_of(items))) if word_of(pointee) != 0 else []


class TupleChildren(Children):
    def found(self):
        block = child(child(self.value, "values_"), "pointee_")
        if word_of(block) != 0:
            for i, each in enumerate(tuple_elements(block.Dereference())):
                yield each.Clone("[%d]" % i)


class DictChildren(Children):
    """Pairs of key and value, in the order of insertion."""

    def found(self):
        first, places = vector_range(child(child(self.value, "table_"), "entries_"))
        count = 0
        for _, entry in zip(range(places), elements(first, places)):
            hashed = child(entry, "hash")
            if word_of(hashed) >> (8 * hashed.GetByteSize() - 1):
                yield child(entry, "value").Clone("[%d]" % count)
                count += 1


class AttributesChildren(Children):
    """The names are those of the shape, or where they are many the object's own: both begin with a vector of names."""

    def found(self):
        names = word_of(child(child(self.value, "names_"), "head_"))
        values = child(self.value, "values_")
        size = word_of(child(values, "size_"))
        if size == 0:
            return
        target = self.value.GetTarget()
        shape = target.FindFirstType("ouro::detail::shape<ouro::basic_interned_string<ouro::no_locking> >")
        first_name = vector_range(child(at(target, names, shape), "names_"))[0]
        for name, each in zip(elements(first_name, size), elements(child(values, "first_"), size)):
            yield each.Clone(text_of_string(name))


def entries_of(weak):
    """Those of a weak container, in the order of insertion. One that waits to be taken away counts no more."""
    entries = child(weak, "entries_")
    shared = entries.GetNonSyntheticValue().GetChildMemberWithName("state_")
    if shared.IsValid():
        # Behind a shared pointer. (libstdc++, libc++)
        table = child(child(shared, "_M_ptr", "__ptr_").Dereference(), "entries")
    else:
        table = child(entries, "entries_")
    target, process = weak.GetTarget(), weak.GetProcess()
    first, places = vector_range(child(table, "nodes_"))
    # Owning pointers, which are null where an entry was taken away.
    step = first.GetType().GetPointeeType().GetByteSize()
    for i in range(places):
        node = process.ReadPointerFromMemory(word_of(first) + i * step, lldb.SBError())
        if node != 0:
            entry = at(target, node, table.GetType().GetCanonicalType().GetTemplateArgumentType(0))
            if shared.IsValid() or word_of(child(entry, "is_empty")) == 0:
                yield entry


class WeakMapChildren(Children):
    """A key and a value of each entry."""

    def found(self):
        for i, pair in enumerate(self.pairs()):
            for kind, each in zip(("key", "value"), pair):
                yield each.Clone("[%d].%s" % (i, kind))


class WeakValueMapChildren(WeakMapChildren):
    def pairs(self):
        return ((child(entry, "key"), child(entry, "object")) for entry in entries_of(self.value))


class WeakKeyMapChildren(WeakMapChildren):
    def pairs(self):
        return ((child(entry, "object"), child(entry, "content")) for entry in entries_of(self.value))


class WeakSetChildren(Children):
    def found(self):
        for i, entry in enumerate(entries_of(self.value)):
            yield child(entry, "object").Clone("[%d]" % i)
