#pragma once
/// \file
/// The states that an object may be in, and the operations of the library on its handles, by name.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace ouro::test {

enum class state : std::uint8_t {
  unborn,
  stillborn,
  newborn,
  candidate,
  listed_as_old,
  old,
  frozen,
  immortal,
  at_limit,
  watched,
  untracked,
  in_array,
  aliased,
  interned,
  traced,
  finalized_by_drop,
  finalized_as_garbage,
  resurrected_from_drop,
  resurrected_from_garbage,
  garbage,
  waiting,
  waiting_in_destructor,
  destroyed_by_drop,
  destroyed_as_garbage,
  called_back,
  gone,
  of_another_heap,
  of_ended_heap,
  of_another_thread,
  of_living_sharer,
  of_ended_sharer,
};
inline constexpr std::size_t state_count = 31;

inline constexpr std::string_view state_names[] = {
    "its constructor runs",
    "its constructor runs, and will throw",
    "newborn",
    "candidate",
    "candidate, and old",
    "old",
    "frozen",
    "immortal",
    "at the limit of its count",
    "watched",
    "untracked",
    "in an array",
    "aliased",
    "interned",
    "being traced",
    "in `finalize`, after the last drop",
    "in `finalize`, as garbage",
    "resurrected after the last drop",
    "resurrected from garbage",
    "garbage",
    "waits for its destruction",
    "waits inside another destructor",
    "in its destructor, after the last drop",
    "in its destructor, as garbage",
    "gone, and a callback runs",
    "gone",
    "of another heap",
    "of a heap that has ended",
    "of another thread",
    "shared, of another thread",
    "shared, of a thread that has ended",
};

/// How an object comes into each state, for those who read the table.
inline constexpr std::string_view state_texts[] = {
    "its constructor has not returned, and has made a pointer from `this`",
    "its constructor has made a pointer from `this`, and will throw",
    "made, and not used since",
    "a pointer was dropped and others remain: it may be in a garbage cycle",
    "a collection found it alive, and a pointer was dropped since",
    "a collection found it alive, and no pointer was dropped since",
    "`gc::freeze()` was called: collections ignore it",
    "`immortalize` was called: pointers are not counted",
    "its count has the largest value that it can have",
    "it has weak pointers, one of them with a callback",
    "its type cannot reach itself, so no collector examines it",
    "it is an element of an array from `make`",
    "a `managed_alias` of one of its parts holds it",
    "it is an interned value",
    "a collection calls its `trace`, which contains the operation",
    "its last pointer was dropped, and its `finalize` contains the operation",
    "a collection found it to be garbage, and its `finalize` contains the operation",
    "its last pointer was dropped, and its `finalize` stored a pointer to it",
    "it was garbage, and its `finalize` stored a pointer to it",
    "only its own edges hold it, and no collection has run since",
    "its last pointer was dropped while `gc::deferred_drops` lives",
    "a destructor dropped its last pointer, has no stack left for another destructor, and contains the operation",
    "its last pointer was dropped, and its destructor contains the operation",
    "a collection destroys it, and its destructor contains the operation",
    "the callback of a weak pointer to it contains the operation",
    "destroyed and freed: only weak pointers to it exist",
    "made in a private heap, and used outside of it",
    "made in a private heap, and used after the end of the heap",
    "made by another thread, with `local_refcount`",
    "made by another thread, which still runs, with a thread-safe refcount",
    "made by a thread that has ended, with a thread-safe refcount",
};

enum class operation : std::uint8_t {
  copy,
  assign_to_itself,
  move,
  swap,
  drop,
  convert,
  cast,
  cast_dynamically,
  compare,
  inspect,
  release_and_adopt,
  adopt_again,
  from_this,
  alias,
  watch,
  watch_and_be_called,
  lock,
  lock_or_throw,
  copy_weak,
  convert_weak,
  drop_weak,
  finalize,
  finalize_and_call,
  finalize_and_detach,
  make,
  make_and_collect,
  intern,
  copy_object,
  deepcopy,
  collect,
  collect_young,
  step,
  safepoint,
  drain,
  freeze,
  look,
  immortalize,
  enter_heap,
  in_object,
  in_ring,
  in_vector,
  in_list,
  in_dict,
  in_dict_as_key,
  in_tuple,
  in_frozen_list,
  in_attributes,
  in_weak_set,
  in_weak_value_map,
  in_weak_key_map,
};
inline constexpr std::size_t operation_count = 50;

inline constexpr std::string_view operation_names[] = {
    "copy the pointer",
    "assign the pointer to itself",
    "move the pointer there and back",
    "swap it with null and back",
    "drop it",
    "convert it",
    "cast it from `void`",
    "`dynamic_pointer_cast`",
    "compare and hash",
    "`id`, `type_name`, `size_of`",
    "`release`, and `adopt` once",
    "`adopt` a pointer that was not released",
    "`managed_from_this`",
    "alias a part",
    "make a weak pointer",
    "make a weak pointer with a callback",
    "`lock` an earlier weak pointer",
    "make a pointer from a weak one",
    "copy and move a weak pointer",
    "convert a weak pointer",
    "drop a weak pointer",
    "`finalize(p, f)`",
    "`finalize(p, f)`, and call it",
    "`finalize(p, f)`, and detach it",
    "`make` another object",
    "`make`, when a collection is due",
    "`intern` a value",
    "`copy`",
    "`deepcopy`",
    "`gc::collect()`",
    "`gc::collect(0)`",
    "`gc::step`",
    "`gc::safepoint()`",
    "`gc::drain()`",
    "`gc::freeze()`, `gc::unfreeze()`",
    "`gc::objects`, `referents`, `referrers`",
    "`immortalize`",
    "enter and leave a heap",
    "into an object, collect, and out",
    "close a ring through it",
    "into `std::vector` and out",
    "into `list` and out",
    "into `dict` and out",
    "into `dict` as a key and out",
    "into `tuple`",
    "into `frozen_list`",
    "into `attributes` and out",
    "into `weak_set` and out",
    "into `weak_value_map` and out",
    "into `weak_key_map` and out",
};

static_assert(std::size(state_names) == state_count && std::size(state_texts) == state_count &&
              std::size(operation_names) == operation_count);

/// What an operation gives.
enum class given : std::uint8_t { nothing, null, same, other };

/// A set of states.
class states {
 public:
  constexpr states(state only) : bits_{1u << static_cast<unsigned>(only)} {}

  [[nodiscard]] static constexpr states all() { return states{(1u << state_count) - 1}; }
  [[nodiscard]] constexpr bool contains(state which) const { return (bits_ >> static_cast<unsigned>(which) & 1) != 0; }
  [[nodiscard]] friend constexpr states operator|(states left, states right) {
    return states{left.bits_ | right.bits_};
  }
  [[nodiscard]] friend constexpr states operator-(states left, states right) {
    return states{left.bits_ & ~right.bits_};
  }

 private:
  constexpr explicit states(std::uint32_t bits) : bits_{bits} {}
  std::uint32_t bits_;
};

[[nodiscard]] constexpr states operator|(state left, state right) { return states{left} | states{right}; }

/// Those in which another thread may call the operation, while the thread that has brought the object into the state
/// waits: the effect is the same. A trace is called while all other threads stand, and what waits for its destruction
/// waits for the thread that has dropped it.
inline constexpr states open_to_others = states::all() - state::traced - state::waiting - state::of_another_heap -
                                         state::of_ended_heap - state::of_another_thread - state::of_living_sharer -
                                         state::of_ended_sharer;

}  // namespace ouro::test
