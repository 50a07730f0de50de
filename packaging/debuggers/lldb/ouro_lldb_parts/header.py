"""The header in front of a managed object: its count, its flags, and the type that it was made as."""
import re

import lldb
from ouro_lldb_parts.program import (argument, at, child, constants, name_of_argument, text_of, variables_of_threads,
                                     word_of)

INFO = "ouro::detail::info_word"
COUNT = "ouro::count_word"
BIASED = "ouro::detail::biased_count"

# In the order in which they are shown, and in which words.
FLAGS = (("frozen", "frozen"), ("watched", "weak"), ("old", "old"), ("unborn", "unborn"), ("finalized", "finalized"),
         ("dead", "dead"))


class Count:
    """What a count word says: whether the object is immortal or dying, and how many pointers there are."""

    def __init__(self, target, word, parts=""):
        suspect_on_drop, immortal, none = constants(target, COUNT, "suspect_on_drop", "immortal", "none")
        self.is_dying = word == none
        self.is_immortal = not self.is_dying and bool(word & immortal)
        self.pointers = 0 if self.is_dying else (word + 1 - (1 if word & suspect_on_drop else 0)) & ~suspect_on_drop & none
        self.parts = parts

    def __str__(self):
        if self.is_dying or self.is_immortal:
            return "dying" if self.is_dying else "immortal"
        return "count %d" % self.pointers + (": " + self.parts if self.parts else "")


class Header:
    """Of the object at an address, whose count is changed by `refcount` and whose cycles are found by `collector`."""

    def __init__(self, target, address, type, refcount, collector):
        self.target = target
        self.refcount, self.collector = refcount, collector
        self.value = at(target, address - type.GetByteSize(), type)
        error = lldb.SBError()
        target.GetProcess().ReadMemory(address - type.GetByteSize(), type.GetByteSize(), error)
        self.is_readable = error.Success()
        if not self.is_readable:
            return
        word = word_of(child(self.value, "info"))
        (buffered,) = constants(target, INFO, "buffered")
        self.is_candidate = bool(word & buffered)
        self.info = self.info_of_candidate(word) if self.is_candidate else word

    def address(self):
        return self.value.GetLoadAddress()

    def object(self):
        """A pointer to the whole object."""
        type = self.target.GetBasicType(lldb.eBasicTypeUnsignedLongLong)
        address = self.address() + self.value.GetByteSize()
        data = lldb.SBData.CreateDataFromUInt64Array(
            self.target.GetByteOrder(), self.target.GetAddressByteSize(), [address])
        return self.target.CreateValueFromData("object", data, type)

    def count(self):
        count = child(self.value, "count")
        if count.GetType().GetCanonicalType().GetName() != BIASED:
            return Count(self.target, word_of(count))
        shared, local = word_of(child(count, "shared_")), word_of(child(count, "local_"))
        owned, owned_mask, tag_mask, no_pointers, others_mask, no_others = constants(
            self.target, BIASED, "owned", "owned_mask", "tag_mask", "no_pointers", "others_mask", "no_others")
        if shared & owned_mask != owned or local & tag_mask == 0:
            return Count(self.target, shared, "merged")
        by_owner = 0 if local & no_pointers == no_pointers else (local & no_pointers) + 1
        by_others = (shared & others_mask) - no_others
        thread = (local & tag_mask) // (tag_mask & -tag_mask)
        parts = "%d by thread %d, %d by others" % (by_owner, thread, by_others)
        return Count(self.target, by_owner + by_others - 1, parts)

    def describe(self, besides=None):
        """The count and the flags, but for one that goes without saying."""
        count = self.count()
        if count.is_dying:
            return str(count)
        flags = [shown for flag, shown in FLAGS if flag != besides and self.has(flag)]
        return ", ".join([str(count)] + (["candidate"] if self.is_candidate else []) + flags)

    def has(self, flag):
        return self.info is not None and bool(self.info & constants(self.target, INFO, flag)[0])

    def info_of_candidate(self, word):
        """A candidate's buffer keeps its info word. None if the buffer is not that of a thread that can be asked."""
        shift, buffer_shift = constants(self.target, INFO, "slot_shift", "buffer_shift")
        slot = (word & ((1 << buffer_shift) - 1)) >> shift
        for collector in self.collectors():
            buffers = child(child(collector, "candidates_"), "buffers_")
            entries = child(buffers.GetChildAtIndex(word >> buffer_shift), "entries_")
            if slot < word_of(child(entries, "size")):
                items = child(entries, "items")
                type = items.GetType().GetPointeeType()
                entry = at(self.target, word_of(items) + slot * type.GetByteSize(), type)
                if word_of(child(entry, "object")) == self.address():
                    return word_of(child(entry, "info"))
        return None

    def collectors(self):
        """That which all threads share, or that of the selected thread and then those of the others."""
        state = "ouro::detail::cycle_collector<%s, %s>" % (self.refcount.GetName(), collector_in_bases(self.collector))
        shared = self.target.FindFirstGlobalVariable(state + "::shared_")
        if shared.IsValid():
            yield shared
        yield from variables_of_threads(self.target.GetProcess(), state + "::local_")

    def record(self):
        types = self.target.FindFirstGlobalVariable("ouro::detail::registered_types")
        if self.info is None or not types.IsValid():
            return None
        index = self.info >> constants(self.target, INFO, "type_shift")[0]
        record = word_of(child(types, "records").GetChildAtIndex(index, lldb.eNoDynamicValues, True)) if index else 0
        return at(self.target, record, self.target.FindFirstType("ouro::detail::type_record")) if record else None

    def type_name(self):
        """As the program's compiler spells it; None if it is not known."""
        record = self.record()
        return None if record is None else text_of(child(record, "name"))

    def made_type(self):
        """LLDB's idea of the type that the object was made as; of an array, that of the elements."""
        record = self.record()
        if record is None:
            return None
        symbol = self.target.ResolveLoadAddress(record.GetLoadAddress()).GetSymbol().GetName() or ""
        block = re.match(r"(ouro::detail::block<.*>)::record$", symbol)
        made = self.target.FindFirstType(block.group(1)).GetTemplateArgumentType(0) if block else lldb.SBType()
        made = made if made.IsValid() else self.target.FindFirstType(self.type_name())
        return made.GetArrayElementType() if made.IsArrayType() else made if made.IsValid() else None


def array_length(header):
    """The length of an array lies in front of its header."""
    size = header.target.GetBasicType(lldb.eBasicTypeUnsignedLong)
    return word_of(at(header.target, header.address() - size.GetByteSize(), size))


def collector_in_bases(collector):
    """The policy whose state a collector policy uses: its own, or that of the one it inherits from."""
    for i in range(collector.GetNumberOfDirectBaseClasses()):
        base = collector.GetDirectBaseClassAtIndex(i).GetType()
        if base.GetName().startswith("ouro::detail::collector_verbs<"):
            return base.GetTemplateArgumentType(0).GetName()
        return collector_in_bases(base)
    return collector.GetName()


def policies_of(pointer):
    """Its refcount policy and its collector policy, which are arguments of its own or of its memory."""
    memory = argument(pointer, 1)
    if memory.GetName().startswith("ouro::memory<"):
        return memory.GetTemplateArgumentType(0), memory.GetTemplateArgumentType(1)
    return memory, argument(pointer, 2)


def lack_of(pointer):
    """Why there is no header."""
    itself = pointer.GetTarget().FindFirstGlobalVariable(policies_of(pointer)[0].GetName() + "::counts_itself")
    return "no debug information" if itself.GetValue() is None else "counts itself"


def header_type(pointer):
    """Of what is in front of the objects; None if nothing is, as for a type that counts itself."""
    type = pointer.GetTarget().FindFirstType("ouro::detail::header<%s>" % policies_of(pointer)[0].GetName())
    return type if type.IsValid() else None


def whole_address(pointee):
    """Where the object begins that a pointer leads into: an `interior_base` may lie behind its beginning."""
    type = pointee.GetType().GetPointeeType().GetCanonicalType()
    address = word_of(pointee)
    if type.IsPolymorphicClass():
        # As `dynamic_cast<void*>` does in the Itanium ABI.
        process, error = pointee.GetProcess(), lldb.SBError()
        word = process.GetAddressByteSize()
        table = process.ReadPointerFromMemory(address, error)
        offset = process.ReadUnsignedFromMemory(table - 2 * word, word, error)
        if error.Success():
            return (address + offset) % (1 << 8 * word)
    return address


def header_of(pointer):
    """Of what a `managed_ptr` points to; None if it has none."""
    type = header_type(pointer)
    if type is None:
        return None
    address = whole_address(child(pointer, "pointee_"))
    return Header(pointer.GetTarget(), address, type, *policies_of(pointer))


def header_of_weak(pointer):
    """The header of what a weak pointer points to; None if that has died."""
    type = header_type(pointer)
    # The lowest bit is a lock: headers lie at even addresses.
    address = word_of(child(child(child(child(pointer, "handle_"), "record_"), "target"), "address_")) & ~1
    if address == 0:
        return None
    return Header(pointer.GetTarget(), address + type.GetByteSize(), type, *policies_of(pointer))


def is_array(pointer):
    return name_of_argument(pointer, 0).endswith("]")


def object_of(handle):
    """The raw pointer to the object behind an interned value; null once it was moved from."""
    return child(child(handle, "pointer_"), "pointee_")


def text_of_string(string):
    """The characters of an `interned_string`, which lie behind its body."""
    body = object_of(string)
    length = word_of(child(body, "length"))
    begin = word_of(body) + body.GetType().GetPointeeType().GetByteSize()
    if length == 0:
        return ""
    return string.GetProcess().ReadMemory(begin, length, lldb.SBError()).decode("utf-8", "backslashreplace")
