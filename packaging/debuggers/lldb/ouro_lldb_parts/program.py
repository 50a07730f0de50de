"""What the debugged program says of itself: types, constants, variables of the library, standard containers inside."""
import re

import lldb


def plain(value):
    return value.GetNonSyntheticValue()


def child(value, *names):
    """The member under the first of these names that there is: the standard libraries name theirs in their own ways."""
    value = plain(value)
    for name in names:
        found = value.GetChildMemberWithName(name)
        if found.IsValid():
            return found
        # Of a base class.
        for i in range(value.GetNumChildren()):
            inside = value.GetChildAtIndex(i)
            if i < value.GetType().GetNumberOfDirectBaseClasses():
                found = child(inside, name)
                if found.IsValid():
                    return found
    return value.CreateValueFromExpression("none", "")


def word_of(value):
    """The integer or the address in a value that is nothing else, such as a `std::atomic`."""
    data, error = plain(value).GetData(), lldb.SBError()
    read = {1: data.GetUnsignedInt8, 2: data.GetUnsignedInt16, 4: data.GetUnsignedInt32, 8: data.GetUnsignedInt64}
    return read[value.GetByteSize()](error, 0)


def constant(target, scope, name):
    value = target.FindFirstGlobalVariable("%s::%s" % (scope, name))
    if value.GetValue() is None:
        raise LookupError("the program does not say what %s::%s is" % (scope, name))
    return value.GetValueAsUnsigned()


def constants(target, scope, *names):
    """Integers of a class, which the program's debug information holds: so they need no copy here."""
    return [constant(target, scope, name) for name in names]


def at(target, address, type):
    """What lies at an address, as a value of that type."""
    return plain(target.CreateValueFromAddress("at", lldb.SBAddress(address, target), type))


def argument(value, number):
    return plain(value).GetType().GetCanonicalType().GetTemplateArgumentType(number)


def name_of_argument(value, number):
    return argument(value, number).GetName()


def target_name(pointer):
    return pointer.GetType().GetPointeeType().GetCanonicalType().GetName()


def elements(first, count):
    """So many, from where a pointer points to."""
    type = first.GetType().GetPointeeType()
    for i in range(count):
        address = lldb.SBAddress(word_of(first) + i * type.GetByteSize(), first.GetTarget())
        yield first.GetTarget().CreateValueFromAddress("[%d]" % i, address, type)


def vector_range(vector):
    """The first element's address, and how many there are. (libstdc++, libc++)"""
    first = child(vector, "__begin_")
    end = child(vector, "__end_")
    if not first.IsValid():
        inside = child(vector, "_M_impl")
        first, end = child(inside, "_M_start"), child(inside, "_M_finish")
    return first, (word_of(end) - word_of(first)) // first.GetType().GetPointeeType().GetByteSize()


def tuple_elements(value):
    """Of a `std::tuple`. In libstdc++ its class inherits from those of the rest and of the head, in libc++ from all.
    (LLDB's own view knows none of a program that g++ has compiled.)"""
    inside = child(value, "__base_")
    value = plain(inside if inside.IsValid() else value)
    bases = [plain(value.GetChildAtIndex(i)) for i in range(value.GetType().GetNumberOfDirectBaseClasses())]
    holders = [each for each in bases if re.search("_Head_base<|__tuple_leaf<", each.GetTypeName())]
    own = [child(each, "_M_head_impl", "__value_") for each in holders]
    rest = [each for each in bases if "_Tuple_impl<" in each.GetTypeName()]
    return own + [found for each in rest for found in tuple_elements(each)]


def text_of(view):
    """The characters of a `std::string_view`. (libstdc++, libc++)"""
    begin = word_of(child(view, "_M_str", "__data_", "__data"))
    length = word_of(child(view, "_M_len", "__size_", "__size"))
    return view.GetProcess().ReadMemory(begin, length, lldb.SBError()).decode()


def variables_of_threads(process, name):
    """The values of a thread-local variable, that of the selected thread first."""
    selected = process.GetSelectedThread()
    others = [each for each in process if each.GetThreadID() != selected.GetThreadID()]
    for thread in [selected] + others:
        # Of a frame whose module knows the variable.
        for frame in thread:
            found = frame.FindValue(name, lldb.eValueTypeVariableGlobal)
            if found.IsValid() and found.GetError().Success():
                yield found
                break
