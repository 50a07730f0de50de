"""What is said of a value in one line."""
from ouro_lldb_parts.atomics import loaded, loads_under_way, locked
from ouro_lldb_parts.header import array_length, header_of, header_of_weak, is_array, lack_of, object_of, text_of_string
from ouro_lldb_parts.program import at, child, constants, plain, target_name, text_of, word_of


def pointer_summary(value, _):
    value = plain(value)
    pointee = child(value, "pointee_")
    if word_of(pointee) == 0:
        return "ptr (null)"
    header = header_of(value)
    if header is None:
        return "ptr to %s (%s)" % (target_name(pointee), lack_of(value))
    if not header.is_readable:
        return "ptr to %s (not readable)" % target_name(pointee)
    name = header.type_name() or target_name(pointee)
    if is_array(value):
        name = "%s[%d]" % (name.split("[")[0].rstrip(), array_length(header))
    return "ptr to %s (%s)" % (name, header.describe())


def summary_of_weak(value, kind, name_of_target):
    value = plain(value)
    if word_of(child(child(value, "handle_"), "record_")) == 0:
        return kind + " (null)"
    header = header_of_weak(value)
    if header is None or header.count().is_dying:
        return kind + " (expired)"
    return "%s to %s (%s)" % (kind, name_of_target(value, header), header.describe(besides="watched"))


def weak_summary(value, _):
    return summary_of_weak(value, "weak", lambda weak, header: header.type_name() or target_name(child(weak, "pointee_")))


def alias_summary(value, _):
    value = plain(value)
    part, owner = child(value, "part_"), plain(child(value, "owner_"))
    if word_of(part) == 0:
        return "alias (null)"
    if word_of(child(owner, "pointee_")) == 0:
        return "alias to %s (of nothing)" % target_name(part)
    header = header_of(owner)
    return "alias to %s in %s (%s)" % (target_name(part), header.type_name() or "an object", header.describe())


def shared_summary(value, _):
    alias = child(value, "alias_")
    part, owner = child(alias, "part_"), plain(child(alias, "owner_"))
    if word_of(child(owner, "pointee_")) != 0:
        return "shared_ptr to %s (%s)" % (target_name(part), header_of(owner).describe())
    return "shared_ptr (null)" if word_of(part) == 0 else "shared_ptr to %s (of nothing)" % target_name(part)


def weak_shared_summary(value, _):
    return summary_of_weak(value, "weak_ptr", lambda weak, header: target_name(child(weak, "part_")))


def atomic_summary(value, _):
    return "atomic " + pointer_summary(loaded(value), _) + loads_under_way(value)


def atomic_shared_summary(value, _):
    return "atomic " + shared_summary(locked(value), _)


def atomic_weak_shared_summary(value, _):
    return "atomic " + weak_shared_summary(locked(value), _)


def interned_summary(value, _):
    return "interned (null)" if word_of(object_of(value)) == 0 else "interned"


def string_summary(value, _):
    if word_of(object_of(value)) == 0:
        return "(null)"
    text = text_of_string(value)
    for character, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\0", "\\0")):
        text = text.replace(character, escaped)
    return '"%s"' % text


def small_int_summary(value, _):
    integer = object_of(value)
    return "(null)" if word_of(integer) == 0 else integer.Dereference().GetValue()


def slot_summary(value, _):
    return 'slot "%s"' % text_of(child(value, "name"))


def used_pools(heap):
    """Of a `pool_heap`: the size of the blocks and the number of used ones, of each pool that is not empty.
    As `arena::used_pool`."""
    target = heap.GetTarget()
    pools, bytes = constants(target, "ouro::detail::arena", "pools", "bytes")
    type = target.FindFirstType("ouro::detail::pool")
    for number in range(pools + 1):
        arena = child(heap, "with_empty").GetChildAtIndex(number)
        while word_of(arena) != 0:
            first = word_of(arena) & ~(bytes - 1)
            for i in range(pools - word_of(child(arena, "unopened"))):
                pool = at(target, first + i * type.GetByteSize(), type)
                frees_until_check, used_when_full, retained, linked, block_size = (
                    word_of(child(pool, name)) for name in ("frees_until_check", "used_when_full", "retain_when_empty", "linked", "block_size"))
                used = frees_until_check + used_when_full - retained
                if used != 0 or linked:
                    yield block_size, used
            arena = child(arena, "next")


def pool_heap_summary(heap, _):
    heap = plain(heap)
    used = list(used_pools(heap))
    said = "blocks %d, bytes %d, pools %d" % (sum(n for _, n in used), sum(size * n for size, n in used), len(used))
    large, limit = child(heap, "large"), child(heap, "limit")
    if word_of(large) != 0:
        numbers = tuple(word_of(child(large, name)) for name in ("blocks_", "bytes_"))
        said += ", large blocks %d, large bytes %d" % numbers
    unlimited = (1 << 8 * limit.GetByteSize()) - 1
    return "heap (%s%s)" % (said, "" if word_of(limit) == unlimited else ", limit %d" % word_of(limit))


def heap_summary(value, _):
    state = word_of(child(value, "state_"))
    if state == 0:
        return "heap (moved from)"
    private_heap = value.GetTarget().FindFirstType("ouro::detail::private_heap")
    return pool_heap_summary(child(at(value.GetTarget(), state, private_heap), "pools_"), None)


def size_summary(name, children_each=1):
    def summary(value, _):
        return "%s of %d" % (name, value.GetNumChildren() // children_each)
    return summary


list_summary = size_summary("list")
frozen_list_summary = size_summary("frozen_list")
tuple_summary = size_summary("tuple")
dict_summary = size_summary("dict")
attributes_summary = size_summary("attributes")
weak_value_map_summary = size_summary("weak_value_map", 2)
weak_key_map_summary = size_summary("weak_key_map", 2)
weak_set_summary = size_summary("weak_set")
