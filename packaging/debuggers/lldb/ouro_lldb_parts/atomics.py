"""The pointers that threads change at the same time: each holds the pointer that a load would give."""
import lldb

from ouro_lldb_parts.program import child, constants, plain, word_of


def parts(atomic):
    """How many loads are under way, and the address."""
    word = child(child(child(atomic, "slot_"), "slot_"), "word_")
    (address_bits,) = constants(atomic.GetTarget(), "ouro::detail::slot_word", "address_bits")
    return divmod(word_of(word), 1 << address_bits)


def loads_under_way(atomic):
    """How many, in words; nothing if there is none."""
    loads = parts(atomic)[0]
    return ", %d load%s under way" % (loads, "" if loads == 1 else "s") if loads else ""


def loaded(atomic):
    """The `managed_ptr` in the word of an atomic one."""
    target = atomic.GetTarget()
    interface = plain(atomic).GetType().GetCanonicalType().GetDirectBaseClassAtIndex(0).GetType()
    functions = [interface.GetMemberFunctionAtIndex(i) for i in range(interface.GetNumberOfMemberFunctions())]
    type = next(each.GetReturnType().GetCanonicalType() for each in functions if each.GetName() == "load")
    order, size = target.GetByteOrder(), target.GetAddressByteSize()
    make = lldb.SBData.CreateDataFromUInt64Array if size == 8 else lldb.SBData.CreateDataFromUInt32Array
    return plain(target.CreateValueFromData("loaded", make(order, size, [parts(atomic)[1]]), type))


def locked(atomic):
    """The `basic_shared_ptr` or `basic_weak_ptr` behind the lock of an atomic one."""
    return plain(child(child(atomic, "slot_"), "value_"))
