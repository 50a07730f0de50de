"""Printers of the pointers that threads change at the same time: each as the pointer that a load would give."""
import gdb
from ouro_gdb_parts.pointers import PointerPrinter
from ouro_gdb_parts.program import argument, constants, plain, word_of
from ouro_gdb_parts.standard import SharedPrinter, WeakSharedPrinter


class Loaded:
    """The `managed_ptr` in the word of an atomic one, as far as printers and methods ask for it."""

    def __init__(self, atomic):
        slot = atomic["slot_"]["slot_"]
        (address_bits,) = constants("ouro::detail::slot_word", "address_bits")
        self.loads, address = divmod(word_of(slot["word_"]), 1 << address_bits)
        self.type = atomic.type  # both templates have the same arguments
        self.members = {"pointee_": gdb.Value(address).cast(plain(argument(slot.type, 0)).pointer())}

    def __getitem__(self, name):
        return self.members[name]


class AtomicPrinter(PointerPrinter):
    """`atomic ptr to T (count n, flags)`, and how many threads are in the middle of a load."""

    def __init__(self, value):
        super().__init__(Loaded(value))

    def to_string(self):
        loads = self.value.loads
        under_way = ", %d load%s under way" % (loads, "" if loads == 1 else "s") if loads else ""
        return "atomic " + super().to_string() + under_way


class Locked:
    """Of an atomic pointer that has its value behind a lock: that value."""

    def __init__(self, value):
        super().__init__(value["slot_"]["value_"])

    def to_string(self):
        return "atomic " + super().to_string()


class AtomicSharedPrinter(Locked, SharedPrinter):
    pass


class AtomicWeakSharedPrinter(Locked, WeakSharedPrinter):
    pass
