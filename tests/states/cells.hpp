#pragma once
/// \file
/// The table: what each operation does to an object in each state. Each pair has exactly one cell, or this file does
/// not compile. The page of states is printed from it, and the tests of this folder check every cell under several
/// policies.

#include <states/names.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace ouro::test {

enum class verdict : std::uint8_t {
  holds,   ///< the operation is allowed, and has this effect
  misuse,  ///< from check level 1 on the program ends with this report
  never    ///< a program cannot do it, or its precondition says so
};

enum class fate : std::uint8_t {
  unchanged,
  ended,     ///< the object dies by the operation
  immortal,  ///< it is from now on
  unknown    ///< depends on the policies
};

struct effect {
  given gives = given::nothing;
  long during = 0;  ///< pointers more, while there is what the operation gives
  long after = 0;   ///< pointers more, afterwards
  fate becomes = fate::unchanged;
  std::size_t number = 0;  ///< that the operation returns
  const char* now = "";    ///< what the diary tells at once, if the object does not end
  const char* then = "";   ///< what the diary tells behind the object's end
  bool has_child = true;   ///< and not any more, if false: of garbage the order is not specified
};

struct cell {
  operation what;
  states in;
  verdict is;
  const char* text;  ///< what holds; for misuse, a part of the report; or why it cannot be
  effect has{};
  int trap = 0;  ///< on the page of traps, if there is one
};

namespace table {

using enum state;
using enum verdict;
using op = operation;

// Groups of states.
inline constexpr states uncounted = immortal | at_limit;
inline constexpr states ending = state::destroyed_by_drop | state::destroyed_as_garbage;
inline constexpr states waits = waiting | waiting_in_destructor;
inline constexpr states past = called_back | gone;
/// Those in which the program has no pointer, and `managed_from_this` gives none.
inline constexpr states dead = ending | waits | past;
inline constexpr states unheld = dead | garbage;
inline constexpr states foreign = of_another_heap | of_another_thread;
inline constexpr states elsewhere = foreign | of_ended_heap;
inline constexpr states living = states::all() - uncounted - traced - unheld - elsewhere;
/// Other handles than a pointer to an object.
inline constexpr states other_handles = in_array | aliased | interned;
inline constexpr states shared_of_others = of_living_sharer | of_ended_sharer;
/// Those in which the handle is the only pointer.
inline constexpr states sole =
    living - unborn - stillborn - finalized_by_drop - finalized_as_garbage - resurrected_from_garbage;
/// Those in which the object points to itself.
inline constexpr states rings = finalized_as_garbage | resurrected_from_garbage;

// Effects.
inline constexpr effect nothing{};
inline constexpr effect null{.gives = given::null};
inline constexpr effect same{.gives = given::same};
inline constexpr effect shared{.gives = given::same, .during = 1};
inline constexpr effect saturated{.gives = given::same, .during = 1, .becomes = fate::immortal};
inline constexpr effect another{.gives = given::other};

// Reports.
inline constexpr const char* not_here =
    "a thread that does not own the object has used it, or it was used outside its private heap";
inline constexpr const char* outlived = "a pointer has outlived the private heap of its object";
inline constexpr const char* weak_not_here =
    "a weak pointer was copied or dropped by a thread that does not own the object";
inline constexpr const char* in_trace = "a trace function copied or dropped a pointer, or made an object";
inline constexpr const char* not_released =
    "adopted a raw pointer that was not released by a pointer with these policies, or was adopted before";

// Sentences.
inline constexpr const char* one_more = "one more pointer, while it exists";
inline constexpr const char* not_counted = "the same object, uncounted";
inline constexpr const char* gets_immortal = "the object becomes immortal";
inline constexpr const char* no_handle = "null: the program has no pointer to it";
inline constexpr const char* needs_handle = "needs a pointer, and the program has none";
inline constexpr const char* moves_nothing = "the same object and count";
inline constexpr const char* reads = "the count does not change";
inline constexpr const char* nothing_to_do = "returns 0; the object does not change";
inline constexpr const char* in_user_code =
    "returns 0: does nothing inside a destructor, a `finalize`, a callback or a trace";
inline constexpr const char* no_business = "does not affect the object";
inline constexpr const char* no_such_handle = "this kind of handle does not have the operation";

/// The library has called a destructor, a `finalize` or a trace; or a callback, too.
inline constexpr states busy = ending | waiting_in_destructor | traced | finalized_by_drop | finalized_as_garbage;
inline constexpr states in_call = busy | called_back;

inline constexpr cell cells[] = {
    {op::copy, living, holds, one_more, shared},
    {op::copy, immortal, holds, not_counted, same},
    {op::copy, at_limit, holds, gets_immortal, saturated, 9},
    {op::copy, unheld, holds, no_handle, null},
    {op::copy, traced, misuse, in_trace, {}, 41},
    {op::copy, foreign, misuse, not_here, {}, 79},
    {op::copy, of_ended_heap, misuse, outlived, {}, 79},

    {op::assign_to_itself, living, holds, "object and count do not change", same, 1},
    {op::assign_to_itself, immortal, holds, not_counted, same},
    {op::assign_to_itself, at_limit, holds, gets_immortal, {.gives = given::same, .becomes = fate::immortal}, 9},
    {op::assign_to_itself, unheld, holds, no_handle, null},
    {op::assign_to_itself, traced, misuse, in_trace, {}, 41},
    {op::assign_to_itself, foreign, misuse, not_here, {}, 79},
    {op::assign_to_itself, of_ended_heap, misuse, outlived, {}, 79},

    {op::move, states::all() - unheld, holds, moves_nothing, same},
    {op::move, unheld, holds, no_handle, null},

    {op::swap, states::all() - unheld, holds, moves_nothing, same},
    {op::swap, unheld, holds, no_handle, null},

    {op::drop, sole - of_living_sharer, holds, "the object dies at once", {.after = -1, .becomes = fate::ended}},
    {op::drop,
     of_living_sharer,
     holds,
     "the object dies at once, on the thread that drops it",
     {.after = -1, .becomes = fate::ended},
     62},
    {op::drop, living - sole, holds, "one pointer fewer; another one holds the object", {.after = -1}, 7},
    {op::drop, uncounted, holds, "the object stays alive", {}, 9},
    {op::drop, unheld, holds, no_handle},
    {op::drop, traced, misuse, in_trace, {}, 41},
    {op::drop, foreign, misuse, not_here, {}, 79},
    {op::drop, of_ended_heap, misuse, outlived, {}, 79},

    {op::convert, living - aliased - interned, holds, one_more, {.gives = given::same, .during = 2}},
    {op::convert, immortal, holds, not_counted, same},
    {op::convert, at_limit, holds, gets_immortal, saturated, 9},
    {op::convert, unheld, holds, no_handle, null},
    {op::convert, traced, misuse, in_trace, {}, 41},
    {op::convert, foreign, misuse, not_here, {}, 79},
    {op::convert, of_ended_heap, misuse, outlived, {}, 79},
    {op::convert, aliased | interned, never, no_such_handle},

    {op::cast, living - other_handles, holds, one_more, shared},
    {op::cast, immortal, holds, not_counted, same},
    {op::cast, at_limit, holds, gets_immortal, saturated, 9},
    {op::cast, unheld, holds, no_handle, null},
    {op::cast, traced, misuse, in_trace, {}, 41},
    {op::cast, foreign, misuse, not_here, {}, 79},
    {op::cast, of_ended_heap, misuse, outlived, {}, 79},
    {op::cast, other_handles, never, no_such_handle},

    {op::cast_dynamically, living - other_handles - untracked, holds, one_more, shared},
    {op::cast_dynamically, untracked, holds, "null: the object is of another class", null},
    {op::cast_dynamically, immortal, holds, not_counted, same},
    {op::cast_dynamically, at_limit, holds, gets_immortal, saturated, 9},
    {op::cast_dynamically, unheld, holds, no_handle, null},
    {op::cast_dynamically, traced, misuse, in_trace, {}, 41},
    {op::cast_dynamically, foreign, misuse, not_here, {}, 79},
    {op::cast_dynamically, of_ended_heap, misuse, outlived, {}, 79},
    {op::cast_dynamically, other_handles, never, no_such_handle},

    {op::compare, states::all() - unheld, holds, reads, same},
    {op::compare, unheld, holds, no_handle, null},

    {op::inspect, states::all() - unheld - elsewhere, holds, reads, same},
    {op::inspect, unheld, holds, no_handle, null},
    {op::inspect, foreign, misuse, not_here, {}, 79},
    {op::inspect, of_ended_heap, misuse, outlived, {}, 79},

    {op::release_and_adopt, states::all() - unheld - aliased - interned, holds, moves_nothing, same},
    {op::release_and_adopt, unheld, holds, no_handle, null},
    {op::release_and_adopt, aliased | interned, never, no_such_handle},

    {op::adopt_again, states::all() - past - other_handles, misuse, not_released, {}, 23},
    {op::adopt_again, past, never, "its memory is freed"},
    {op::adopt_again, other_handles, never, no_such_handle},

    {op::from_this, (living | garbage) - other_handles, holds, one_more, shared, 8},
    {op::from_this, immortal, holds, not_counted, same},
    {op::from_this, at_limit, holds, gets_immortal, saturated, 9},
    {op::from_this, ending, holds, no_handle, null, 8},
    {op::from_this, waits, holds, no_handle, null, 78},
    {op::from_this, traced, misuse, in_trace, {}, 41},
    {op::from_this, foreign, misuse, not_here, {}, 79},
    {op::from_this, of_ended_heap, misuse, outlived, {}, 79},
    {op::from_this, past, never, "its memory is freed"},
    {op::from_this, other_handles, never, no_such_handle},

    {op::alias, living - other_handles, holds, one_more, shared, 21},
    {op::alias, immortal, holds, not_counted, same},
    {op::alias, at_limit, holds, gets_immortal, saturated, 9},
    {op::alias, unheld, holds, no_handle, null},
    {op::alias, traced, misuse, in_trace, {}, 41},
    {op::alias, foreign, misuse, not_here, {}, 79},
    {op::alias, of_ended_heap, misuse, outlived, {}, 79},
    {op::alias, other_handles, never, no_such_handle},

    {op::watch, states::all() - unheld - traced - elsewhere, holds, "the weak pointer does not hold the object", same},
    {op::watch, unheld, holds, "expired from the beginning", null, 25},
    {op::watch, traced, misuse, in_trace, {}, 41},
    {op::watch, foreign, misuse, not_here, {}, 79},
    {op::watch, of_ended_heap, misuse, outlived, {}, 79},

    {op::watch_and_be_called,
     states::all() - unheld - traced - elsewhere,
     holds,
     "the callback is called once, after the object is destroyed",
     {.gives = given::same, .then = "c"}},
    {op::watch_and_be_called, unheld, holds, "expired from the beginning; the callback is never called", null, 25},
    {op::watch_and_be_called, traced, misuse, in_trace, {}, 41},
    {op::watch_and_be_called, foreign, misuse, not_here, {}, 79},
    {op::watch_and_be_called, of_ended_heap, misuse, outlived, {}, 79},

    {op::lock, living | garbage, holds, one_more, shared},
    {op::lock, immortal, holds, not_counted, same},
    {op::lock, at_limit, holds, gets_immortal, saturated, 9},
    {op::lock, (dead - waits) | of_ended_heap, holds, no_handle, null, 26},
    {op::lock, waits, holds, no_handle, null, 78},
    {op::lock, traced, misuse, in_trace, {}, 41},
    {op::lock, foreign, misuse, not_here, {}, 79},

    {op::lock_or_throw, (living | garbage) - other_handles, holds, one_more, shared},
    {op::lock_or_throw, immortal, holds, not_counted, same},
    {op::lock_or_throw, at_limit, holds, gets_immortal, saturated, 9},
    {op::lock_or_throw, dead | of_ended_heap, holds, "throws `std::bad_weak_ptr`", null},
    {op::lock_or_throw, traced, misuse, in_trace, {}, 41},
    {op::lock_or_throw, foreign, misuse, not_here, {}, 79},
    {op::lock_or_throw, other_handles, never, no_such_handle},

    {op::copy_weak, states::all() - dead - elsewhere, holds, reads, same},
    {op::copy_weak, dead | of_ended_heap, holds, "the copy has expired, too", null},
    {op::copy_weak, foreign, misuse, weak_not_here, {}, 79},

    {op::convert_weak, states::all() - dead - elsewhere - other_handles, holds, reads, same},
    {op::convert_weak, dead | of_ended_heap, holds, "the copy has expired, too", null},
    {op::convert_weak, foreign, misuse, weak_not_here, {}, 79},
    {op::convert_weak, other_handles, never, no_such_handle},

    {op::drop_weak, states::all() - foreign, holds, no_business},
    {op::drop_weak, foreign, misuse, weak_not_here, {}, 79},

    {op::finalize,
     states::all() - unheld - traced - elsewhere,
     holds,
     "`f` is called once, after the object is destroyed",
     {.then = "g"}},
    {op::finalize, unheld, never, needs_handle},
    {op::finalize, traced, misuse, in_trace, {}, 41},
    {op::finalize, foreign, misuse, not_here, {}, 79},
    {op::finalize, of_ended_heap, misuse, outlived, {}, 79},

    {op::finalize_and_call,
     states::all() - unheld - traced - elsewhere,
     holds,
     "`f` is called now, and not again",
     {.now = "g"}},
    {op::finalize_and_call, unheld, never, needs_handle},
    {op::finalize_and_call, traced, misuse, in_trace, {}, 41},
    {op::finalize_and_call, foreign, misuse, not_here, {}, 79},
    {op::finalize_and_call, of_ended_heap, misuse, outlived, {}, 79},

    {op::finalize_and_detach, states::all() - unheld - traced - elsewhere, holds, "`f` is never called"},
    {op::finalize_and_detach, unheld, never, needs_handle},
    {op::finalize_and_detach, traced, misuse, in_trace, {}, 41},
    {op::finalize_and_detach, foreign, misuse, not_here, {}, 79},
    {op::finalize_and_detach, of_ended_heap, misuse, outlived, {}, 79},

    {op::make, states::all() - traced, holds, no_business},
    {op::make, traced, misuse, in_trace, {}, 41},

    {op::make_and_collect, states::all() - traced - shared_of_others - garbage, holds, "the object does not change"},
    {op::make_and_collect, garbage, holds, "the object is destroyed", {.becomes = fate::ended}},
    {op::make_and_collect, traced, misuse, in_trace, {}, 41},
    {op::make_and_collect, shared_of_others, never, "no automatic collection collects shared objects"},

    {op::intern, states::all() - traced - interned, holds, no_business},
    {op::intern, interned, holds, "an equal value is the same object: one more pointer", shared, 71},
    {op::intern, traced, misuse, in_trace, {}, 41},

    {op::copy_object, states::all() - unheld - traced - elsewhere - aliased - interned - rings, holds,
     "another object with its own count", another, 5},
    {op::copy_object,
     rings,
     holds,
     "another object with its own count; its edge points to this object",
     {.gives = given::other, .during = 1},
     5},
    {op::copy_object, unheld, holds, no_handle, null},
    {op::copy_object, traced, misuse, in_trace, {}, 41},
    {op::copy_object, foreign, misuse, not_here, {}, 79},
    {op::copy_object, of_ended_heap, misuse, outlived, {}, 79},
    {op::copy_object, aliased | interned, never, no_such_handle},

    {op::deepcopy,
     states::all() - unheld - traced - elsewhere - aliased - interned,
     holds,
     "another object with its own count",
     {.gives = given::other, .becomes = fate::unknown},
     75},
    {op::deepcopy, unheld, holds, no_handle, null},
    {op::deepcopy, traced, misuse, in_trace, {}, 41},
    {op::deepcopy, foreign, misuse, not_here, {}, 79},
    {op::deepcopy, of_ended_heap, misuse, outlived, {}, 79},
    {op::deepcopy, aliased | interned, never, no_such_handle},

    {op::collect, states::all() - in_call - garbage, holds, nothing_to_do},
    {op::collect, garbage, holds, "returns 1; the object is destroyed", {.becomes = fate::ended, .number = 1}},
    {op::collect, in_call, holds, in_user_code, {}, 42},

    {op::collect_young, states::all() - in_call - garbage, holds, nothing_to_do},
    {op::collect_young, garbage, holds, "returns 1; the object is destroyed", {.becomes = fate::ended, .number = 1}},
    {op::collect_young, in_call, holds, in_user_code, {}, 42},

    {op::step, states::all() - in_call - garbage, holds, nothing_to_do},
    {op::step, garbage, holds, "returns 1; the object is destroyed", {.becomes = fate::ended, .number = 1}},
    {op::step, in_call, holds, in_user_code, {}, 42},

    {op::safepoint, states::all() - in_call, holds, nothing_to_do},
    {op::safepoint, in_call, holds, in_user_code, {}, 42},

    {op::drain, states::all() - busy - waiting, holds, nothing_to_do},
    {op::drain,
     waiting,
     holds,
     "the object and everything it held are destroyed",
     {.becomes = fate::ended, .number = 2},
     78},
    {op::drain, busy, holds, in_user_code, {}, 42},

    {op::freeze, states::all() - traced, holds, "the object does not change", {.becomes = fate::unknown}},
    {op::freeze, traced, misuse, in_trace, {}, 41},

    {op::look, states::all() - traced - elsewhere, holds, reads, {.becomes = fate::unknown}},
    {op::look, traced, misuse, in_trace, {}, 41},
    {op::look, foreign, misuse, not_here, {}, 79},
    {op::look, of_ended_heap, misuse, outlived, {}, 79},

    {op::immortalize,
     states::all() - unheld - traced - elsewhere,
     holds,
     "the object never dies",
     {.becomes = fate::immortal}},
    {op::immortalize, unheld, never, needs_handle},
    {op::immortalize, traced, misuse, in_trace, {}, 41},
    {op::immortalize, foreign, misuse, not_here, {}, 79},
    {op::immortalize, of_ended_heap, misuse, outlived, {}, 79},

    {op::enter_heap, states::all() - traced, holds, no_business},
    {op::enter_heap, traced, misuse, in_trace, {}, 41},

    {op::in_object, living - other_handles, holds, one_more, shared},
    {op::in_object, immortal, holds, not_counted, same},
    {op::in_object, at_limit, holds, gets_immortal, saturated, 9},
    {op::in_object, dead, holds, no_handle, null},
    {op::in_object,
     garbage,
     holds,
     "null; the collection destroys the object",
     {.gives = given::null, .becomes = fate::ended, .number = 1}},
    {op::in_object, traced, misuse, in_trace, {}, 41},
    {op::in_object, foreign, misuse, not_here, {}, 79},
    {op::in_object, of_ended_heap, misuse, outlived, {}, 79},
    {op::in_object, other_handles, never, no_such_handle},

    {op::in_ring,
     living - other_handles - untracked - stillborn,
     holds,
     "a collection destroys the ring after the last pointer from outside",
     {.gives = given::same, .during = 1, .after = 1, .has_child = false},
     33},
    {op::in_ring,
     stillborn,
     holds,
     "the ring is destroyed when the constructor throws",
     {.gives = given::same, .during = 1, .after = 1},
     6},
    {op::in_ring, immortal, holds, "the ring stays alive", {.gives = given::same, .has_child = false}},
    {op::in_ring,
     at_limit,
     holds,
     gets_immortal,
     {.gives = given::same, .becomes = fate::immortal, .has_child = false},
     9},
    {op::in_ring, unheld, never, needs_handle},
    {op::in_ring, traced, misuse, in_trace, {}, 41},
    {op::in_ring, foreign, misuse, not_here, {}, 79},
    {op::in_ring, of_ended_heap, misuse, outlived, {}, 79},
    {op::in_ring, untracked, never, "its type has no edges"},
    {op::in_ring, other_handles, never, no_such_handle},

    {op::in_vector, living, holds, one_more, shared},
    {op::in_vector, immortal, holds, not_counted, same},
    {op::in_vector, at_limit, holds, gets_immortal, saturated, 9},
    {op::in_vector, unheld, holds, no_handle, null},
    {op::in_vector, traced, misuse, in_trace, {}, 41},
    {op::in_vector, foreign, misuse, not_here, {}, 79},
    {op::in_vector, of_ended_heap, misuse, outlived, {}, 79},

    {op::in_list, living, holds, one_more, shared},
    {op::in_list, immortal, holds, not_counted, same},
    {op::in_list, at_limit, holds, gets_immortal, saturated, 9},
    {op::in_list, unheld, holds, no_handle, null},
    {op::in_list, traced, misuse, in_trace, {}, 41},
    {op::in_list, foreign, misuse, not_here, {}, 79},
    {op::in_list, of_ended_heap, misuse, outlived, {}, 79},

    {op::in_dict, living, holds, one_more, shared},
    {op::in_dict, immortal, holds, not_counted, same},
    {op::in_dict, at_limit, holds, gets_immortal, saturated, 9},
    {op::in_dict, unheld, holds, no_handle, null},
    {op::in_dict, traced, misuse, in_trace, {}, 41},
    {op::in_dict, foreign, misuse, not_here, {}, 79},
    {op::in_dict, of_ended_heap, misuse, outlived, {}, 79},

    {op::in_dict_as_key, living, holds, one_more, shared},
    {op::in_dict_as_key, immortal, holds, not_counted, same},
    {op::in_dict_as_key, at_limit, holds, gets_immortal, saturated, 9},
    {op::in_dict_as_key, unheld, holds, no_handle, null},
    {op::in_dict_as_key, traced, misuse, in_trace, {}, 41},
    {op::in_dict_as_key, foreign, misuse, not_here, {}, 79},
    {op::in_dict_as_key, of_ended_heap, misuse, outlived, {}, 79},

    {op::in_tuple, living, holds, one_more, shared},
    {op::in_tuple, immortal, holds, not_counted, same},
    {op::in_tuple, at_limit, holds, gets_immortal, saturated, 9},
    {op::in_tuple, unheld, holds, no_handle, null},
    {op::in_tuple, traced, misuse, in_trace, {}, 41},
    {op::in_tuple, foreign, misuse, not_here, {}, 79},
    {op::in_tuple, of_ended_heap, misuse, outlived, {}, 79},

    {op::in_frozen_list, living, holds, one_more, shared},
    {op::in_frozen_list, immortal, holds, not_counted, same},
    {op::in_frozen_list, at_limit, holds, gets_immortal, saturated, 9},
    {op::in_frozen_list, unheld, holds, no_handle, null},
    {op::in_frozen_list, traced, misuse, in_trace, {}, 41},
    {op::in_frozen_list, foreign, misuse, not_here, {}, 79},
    {op::in_frozen_list, of_ended_heap, misuse, outlived, {}, 79},

    {op::in_attributes, living - interned, holds, one_more, shared},
    {op::in_attributes, immortal, holds, not_counted, same},
    {op::in_attributes, at_limit, holds, gets_immortal, saturated, 9},
    {op::in_attributes, unheld, holds, no_handle, null},
    {op::in_attributes, traced, misuse, in_trace, {}, 41},
    {op::in_attributes, foreign, misuse, not_here, {}, 79},
    {op::in_attributes, of_ended_heap, misuse, outlived, {}, 79},
    {op::in_attributes, interned, never, "attributes need a default value, and interned values have none"},

    {op::in_weak_set, living - other_handles, holds, "the container does not hold the object", shared, 31},
    {op::in_weak_set, immortal, holds, not_counted, same},
    {op::in_weak_set, at_limit, holds, gets_immortal, saturated, 9},
    {op::in_weak_set, unheld, never, needs_handle},
    {op::in_weak_set, traced, misuse, in_trace, {}, 41},
    {op::in_weak_set, foreign, misuse, not_here, {}, 79},
    {op::in_weak_set, of_ended_heap, misuse, outlived, {}, 79},
    {op::in_weak_set, other_handles, never, no_such_handle},

    {op::in_weak_value_map, living - other_handles, holds, "the container does not hold the object", shared, 31},
    {op::in_weak_value_map, immortal, holds, not_counted, same},
    {op::in_weak_value_map, at_limit, holds, gets_immortal, saturated, 9},
    {op::in_weak_value_map, unheld, never, needs_handle},
    {op::in_weak_value_map, traced, misuse, in_trace, {}, 41},
    {op::in_weak_value_map, foreign, misuse, not_here, {}, 79},
    {op::in_weak_value_map, of_ended_heap, misuse, outlived, {}, 79},
    {op::in_weak_value_map, other_handles, never, no_such_handle},

    {op::in_weak_key_map, living - other_handles, holds, "the container does not hold the object", shared, 31},
    {op::in_weak_key_map, immortal, holds, not_counted, same},
    {op::in_weak_key_map, at_limit, holds, gets_immortal, saturated, 9},
    {op::in_weak_key_map, unheld, never, needs_handle},
    {op::in_weak_key_map, traced, misuse, in_trace, {}, 41},
    {op::in_weak_key_map, foreign, misuse, not_here, {}, 79},
    {op::in_weak_key_map, of_ended_heap, misuse, outlived, {}, 79},
    {op::in_weak_key_map, other_handles, never, no_such_handle},
};

/// How many cells the pair has.
[[nodiscard]] constexpr int cells_of(state which, operation what) {
  int found = 0;
  for (const cell& each : cells) found += each.what == what && each.in.contains(which) ? 1 : 0;
  return found;
}

[[nodiscard]] consteval bool is_complete() {
  for (std::size_t s = 0; s != state_count; ++s) {
    for (std::size_t o = 0; o != operation_count; ++o) {
      if (cells_of(static_cast<state>(s), static_cast<operation>(o)) != 1) return false;
    }
  }
  return true;
}
static_assert(is_complete(), "a pair of state and operation has no cell, or several");

}  // namespace table

[[nodiscard]] inline const cell& cell_of(state which, operation what) {
  for (const cell& each : table::cells) {
    if (each.what == what && each.in.contains(which)) return each;
  }
  std::abort();
}

}  // namespace ouro::test
