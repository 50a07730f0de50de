"""Printers of interned values and of heaps."""
import gdb
from ouro_gdb_parts.program import at, constants, type_named, word_of


def object_of(handle):
    """The raw pointer to the object behind an interned value; null once it was moved from."""
    return handle["pointer_"]["pointee_"]


class InternedPrinter:
    """`interned` and the value."""

    def __init__(self, value):
        self.object = object_of(value)

    def to_string(self):
        return "interned (null)" if int(self.object) == 0 else "interned"

    def children(self):
        if int(self.object) != 0:
            yield "get()", self.object["value"]


class InternedStringPrinter:
    """The text."""

    def __init__(self, value):
        self.body = object_of(value)

    def to_string(self):
        if int(self.body) == 0:
            return "(null)"
        characters = (self.body + 1).cast(type_named("char").pointer())
        return characters.lazy_string(length=int(self.body["length"]))

    def display_hint(self):
        return "string" if int(self.body) != 0 else None


class SmallIntPrinter:
    """The integer."""

    def __init__(self, value):
        self.integer = object_of(value)

    def to_string(self):
        return "(null)" if int(self.integer) == 0 else self.integer.dereference()


def used_pools(heap):
    """Of a `pool_heap`: the pools that are not empty, with the number of their used blocks. As `arena::used_pool`."""
    pools, bytes = constants("ouro::detail::arena", "pools", "bytes")
    for number in range(pools + 1):
        arena = heap["with_empty"][number]
        while int(arena) != 0:
            first = at(int(arena) & ~(bytes - 1), type_named("ouro::detail::pool")).address
            for i in range(pools - int(arena["unopened"])):
                pool = (first + i).dereference()
                used = int(pool["frees_until_check"]) + int(pool["used_when_full"]) - int(pool["retain_when_empty"])
                if used != 0 or bool(pool["linked"]):
                    yield pool, used
            arena = arena["next"]


class HeapPrinter:
    """What the pools hold, and the limit: of what `heap::current()` gives, and of `*detail::current_pool_heap`."""

    def __init__(self, value):
        try:
            pools = value["pools_"]
            self.heap = pools.dereference() if pools.type.code == gdb.TYPE_CODE_PTR else pools
        except gdb.error:
            self.heap = value

    def to_string(self):
        used = [(count, count * int(pool["block_size"])) for pool, count in used_pools(self.heap)]
        blocks, bytes = sum(each[0] for each in used), sum(each[1] for each in used)
        said = "blocks %d, bytes %d, pools %d" % (blocks, bytes, len(used))
        large, limit = self.heap["large"], int(self.heap["limit"])
        if int(large) != 0:
            said += ", large blocks %d, large bytes %d" % (int(large["blocks_"]), int(large["bytes_"]))
        unlimited = (1 << 8 * self.heap["limit"].type.sizeof) - 1
        return "heap (%s%s)" % (said, "" if limit == unlimited else ", limit %d" % limit)


class PrivateHeapPrinter:
    """An `ouro::heap`."""

    def __init__(self, value):
        self.state = word_of(value["state_"])

    def to_string(self):
        if self.state == 0:
            return "heap (moved from)"
        return HeapPrinter(at(self.state, type_named("ouro::detail::private_heap"))).to_string()
