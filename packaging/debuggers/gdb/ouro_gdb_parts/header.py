"""The header in front of a managed object: its count, its flags, and the type that it was made as."""
import re

import gdb
from ouro_gdb_parts.program import (argument, at, constants, evaluate, name_of, symbol_at, text_of, type_named,
                                    values_of_threads, word_at, word_bytes, word_of)

INFO = "ouro::detail::info_word"
COUNT = "ouro::count_word"
BIASED = "ouro::detail::biased_count"

# In the order in which they are shown, and in which words.
FLAGS = (("frozen", "frozen"), ("watched", "weak"), ("old", "old"), ("unborn", "unborn"), ("finalized", "finalized"),
         ("dead", "dead"))


class Count:
    """What a count word says: whether the object is immortal or dying, and how many pointers there are."""

    def __init__(self, word, parts=""):
        suspect_on_drop, immortal, none = constants(COUNT, "suspect_on_drop", "immortal", "none")
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

    def __init__(self, address, refcount, collector):
        type = type_named("ouro::detail::header<%s>" % refcount)
        self.value = at(int(address) - type.sizeof, type)
        self.collector = collector
        self.refcount = refcount
        word = word_of(self.value["info"])
        (buffered,) = constants(INFO, "buffered")
        self.is_candidate = bool(word & buffered)
        self.info = self.info_of_candidate(word) if self.is_candidate else word

    def count(self):
        count = self.value["count"]
        if name_of(count.type.strip_typedefs()) != BIASED:
            return Count(word_of(count))
        shared, local = word_of(count["shared_"]), word_of(count["local_"])
        owned, owned_mask, tag_mask, no_pointers, others_mask, no_others = constants(
            BIASED, "owned", "owned_mask", "tag_mask", "no_pointers", "others_mask", "no_others")
        if shared & owned_mask != owned or local & tag_mask == 0:
            return Count(shared, "merged")
        by_owner = 0 if local & no_pointers == no_pointers else (local & no_pointers) + 1
        by_others = (shared & others_mask) - no_others
        thread = (local & tag_mask) // (tag_mask & -tag_mask)
        parts = "%d by thread %d, %d by others" % (by_owner, thread, by_others)
        return Count(by_owner + by_others - 1, parts)

    def describe(self, besides=None):
        """The count and the flags, but for one that goes without saying."""
        count = self.count()
        if count.is_dying:
            return str(count)
        flags = [shown for flag, shown in FLAGS if flag != besides and self.has(flag)]
        return ", ".join([str(count)] + (["candidate"] if self.is_candidate else []) + flags)

    def has(self, flag):
        return self.info is not None and bool(self.info & constants(INFO, flag)[0])

    def info_of_candidate(self, word):
        """A candidate's buffer keeps its info word. None if the buffer is not that of a thread that can be asked."""
        shift, buffer_shift = constants(INFO, "slot_shift", "buffer_shift")
        slot = (word & ((1 << buffer_shift) - 1)) >> shift
        for collector in self.collectors():
            try:
                entries = collector["candidates_"]["buffers_"][word >> buffer_shift]["entries_"]
                if slot < int(entries["size"]):
                    entry = entries["items"][slot]
                    if int(entry["object"]) == int(self.value.address):
                        return int(entry["info"])
            except gdb.error:
                pass
        return None

    def collectors(self):
        """That which all threads share, or that of the selected thread and then those of the others."""
        state = "ouro::detail::cycle_collector<%s, %s>" % (self.refcount, found_in_bases(self.collector))
        try:
            if bool(evaluate("'%s::is_shared'" % state)):
                yield evaluate("'%s::shared_'" % state)
                return
            yield from values_of_threads("'%s::local_'" % state)
        except gdb.error:
            return  # without a process there are no thread-local variables

    def record(self):
        if self.info is None:
            return None
        index = self.info >> constants(INFO, "type_shift")[0]
        slot = evaluate("&ouro::detail::registered_types.records[%d]" % index)
        record = word_of(slot.dereference())
        return at(record, type_named("ouro::detail::type_record")) if index and record else None

    def type_name(self):
        """As the program's compiler spells it; None if it is not known."""
        record = self.record()
        return None if record is None else text_of(record["name"])

    def made_type(self):
        """The debugger's idea of the type that the object was made as; of an array, that of the elements."""
        record = self.record()
        if record is None:
            return None
        block = re.match(r"(ouro::detail::block<.*>)::record$", symbol_at(record.address))
        for find in (lambda: argument(type_named(block.group(1)), 0), lambda: type_named(self.type_name())):
            try:
                type = find()
                return type.target() if type.code == gdb.TYPE_CODE_ARRAY else type
            except (gdb.error, RuntimeError, AttributeError):
                pass
        return None

    def length(self):
        """Of an array, whose length lies in front of its header."""
        return word_at(int(self.value.address) - word_bytes())


def found_in_bases(collector):
    """The policy whose state a collector policy uses: its own, or that of the one it inherits from."""
    try:
        for each in type_named(collector).fields():
            if each.is_base_class and each.name.startswith("ouro::detail::collector_verbs<"):
                return name_of(argument(each.type, 0))
            if each.is_base_class:
                return found_in_bases(each.name)
    except gdb.error:
        pass
    return collector


def whole_object(pointee):
    """Where the object begins that a pointer leads into: an `interior_base` may lie behind its beginning."""
    pointee = pointee.cast(pointee.type.target().strip_typedefs().unqualified().pointer())
    try:
        found = pointee.dynamic_cast(type_named("void").pointer())
    except gdb.error:
        return pointee  # not of a class with virtual functions
    # GDB 13 gives what lies at the address that it has found.
    return found if found.address is None else found.address


def lack_of(pointer):
    """Why there is no header."""
    try:
        constants(policies_of(pointer)[0], "counts_itself")
        return "counts itself"
    except gdb.error:
        return "no debug information"


def policies_of(pointer):
    """The names of its refcount policy and of its collector policy, which are arguments of its own or of its memory."""
    memory = argument(pointer.type, 1)
    if name_of(memory).startswith("ouro::memory<"):
        return name_of(argument(memory, 0)), name_of(argument(memory, 1))
    return name_of(memory), name_of(argument(pointer.type, 2))


def header_of(pointer):
    """Of what a `managed_ptr` points to. Raises an error where there is none."""
    return Header(int(whole_object(pointer["pointee_"])), *policies_of(pointer))
