#pragma once
/// \file
/// The 8 bytes in front of every managed object; 16 where a count is more than an integer.
///
/// ```
///   state                      count                        info
///   not buffered               number of pointers, flags    type index (16) | owner tag (5) | flags (10) | 0
///   in a root buffer           number of pointers, flags    buffer (2) | slot in the buffer (29) | 1
///   in the destruction queue   `count_word::none`           as not buffered
/// ```
/// The bits of the count are those of refcount/count_word.hpp. While an object is in a root buffer, its entry there
/// keeps the info word (collector/root_buffer.hpp). So an object can leave the buffer in O(1), and nothing per object
/// is linked.

#include <ouro/config.hpp>
#include <ouro/refcount/count_word.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The bits of the info word of an object that is not in a root buffer.
struct info_word {
  static constexpr std::uint32_t buffered = 1u << 0;   ///< the rest is a slot number
  static constexpr std::uint32_t tracked = 1u << 1;    ///< may be part of a cycle
  static constexpr std::uint32_t watched = 1u << 2;    ///< has weak records
  static constexpr std::uint32_t unborn = 1u << 3;     ///< its constructor has not returned
  static constexpr std::uint32_t finalized = 1u << 4;  ///< `finalize` has been called
  static constexpr std::uint32_t dead = 1u << 5;       ///< its destructor has been called, or never will be
  static constexpr std::uint32_t gray = 1u << 6;       ///< the running collection has it in its worklist
  static constexpr std::uint32_t alive = 1u << 7;      ///< the running collection has proven it alive

  static constexpr std::uint32_t old = 1u << 8;     ///< some collection has found it alive
  static constexpr std::uint32_t frozen = 1u << 9;  ///< collections leave it alone

  static constexpr std::uint32_t heap_walkable = 1u << 10;  ///< lies in a pool that its collector walks

  static constexpr std::uint32_t owner_shift = 11;
  static constexpr std::uint32_t owner_mask = 0x1Fu << owner_shift;
  static constexpr std::uint32_t type_shift = 16;

  static constexpr std::uint32_t slot_shift = 1;
  static constexpr std::uint32_t buffer_shift = 30;  ///< the flags old and frozen of a buffered object say which buffer
  static constexpr std::uint32_t buffered_as_old = 1u << buffer_shift;

  [[nodiscard]] static constexpr bool is_buffered(std::uint32_t word) noexcept { return (word & buffered) != 0; }
  [[nodiscard]] static constexpr std::uint32_t slot(std::uint32_t word) noexcept {
    return (word & ((1u << buffer_shift) - 1)) >> slot_shift;
  }
  /// Whether a walk over the pools finds the object, so that it need not be buffered. \pre not buffered
  [[nodiscard]] static constexpr bool is_found_by_walk(std::uint32_t word) noexcept {
    return (word & (heap_walkable | old)) == (heap_walkable | old);
  }
  /// The tag of the heap that owns the object (object/owner_tag.hpp), or 0. \pre not buffered
  [[nodiscard]] static constexpr std::uint32_t owner(std::uint32_t word) noexcept {
    return (word & owner_mask) >> owner_shift;
  }
  [[nodiscard]] static constexpr std::uint32_t type(std::uint32_t word) noexcept { return word >> type_shift; }

  /// Whether the object is no candidate, has no weak pointers, and no collection or destruction has begun with it.
  [[nodiscard]] static constexpr bool is_plain(std::uint32_t word) noexcept {
    return (word & (buffered | watched | unborn | finalized | dead | gray | alive | frozen)) == 0;
  }
};

template <counts_in_header RefcountPolicy>
struct alignas(std::size_t) header {
  using count_type = typename RefcountPolicy::count_type;
  using info_type = typename info_type_of<RefcountPolicy>::type;

  count_type count;
  info_type info;

  [[nodiscard]] static header* of_count(count_type& count) noexcept { return reinterpret_cast<header*>(&count); }

  [[nodiscard]] static header* of(const volatile void* object) noexcept {
    return reinterpret_cast<header*>(const_cast<void*>(object)) - 1;
  }

  [[nodiscard]] void* object() noexcept { return this + 1; }

  [[nodiscard]] std::uint32_t load_count() const noexcept { return RefcountPolicy::load(count); }
  [[nodiscard]] std::uint32_t load_info() const noexcept { return RefcountPolicy::load(info); }

  /// Changes the count or info word by a function of its value, against other threads too if the policy is for them.
  template <class Word, class Change>
  static std::uint32_t update(Word& at, Change change) noexcept {
    std::uint32_t seen = RefcountPolicy::load(at);
    while (!RefcountPolicy::compare_exchange(at, seen, change(seen))) {
    }
    return seen;
  }

  void set_info(std::uint32_t bits) noexcept {
    update(info, [bits](std::uint32_t seen) { return seen | bits; });
  }
  void clear_info(std::uint32_t bits) noexcept {
    update(info, [bits](std::uint32_t seen) { return seen & ~bits; });
  }
  /// \pre not buffered, and no other thread uses the object
  void set_owner(std::uint32_t tag) noexcept {
    RefcountPolicy::store(info, (load_info() & ~info_word::owner_mask) | tag << info_word::owner_shift);
  }
  void clear_suspect_on_drop() noexcept { update(count, count_word::without_suspect_on_drop); }
  void set_suspect_on_drop() noexcept { update(count, count_word::with_suspect_on_drop); }

  /// Puts the number of a trial in place of the count, until `restore_count` or a `store`.
  OURO_ALWAYS_INLINE void set_trial_count(std::uint32_t word) noexcept {
    if constexpr (restores_counts<RefcountPolicy>) {
      RefcountPolicy::store_trial(count, word);
    } else {
      RefcountPolicy::store(count, word);
    }
  }

  /// Puts the count back: `word`, whoever counted it before.
  OURO_ALWAYS_INLINE void restore_count(std::uint32_t word) noexcept {
    if constexpr (restores_counts<RefcountPolicy>) {
      RefcountPolicy::restore(count, word);
    } else {
      RefcountPolicy::store(count, word);
    }
  }

  /// One pointer more, unless there is none: what a weak pointer does. Never brings an object back from zero.
  [[nodiscard]] bool try_increment() noexcept {
    std::uint32_t seen = load_count();
    if constexpr (!RefcountPolicy::is_thread_safe) {
      if (seen == count_word::none) return false;
      RefcountPolicy::increment(count);
      return true;
    }
    if constexpr (increments_alone<RefcountPolicy>) {
      if (RefcountPolicy::try_increment(count)) return true;
    }
    for (;;) {
      if (seen == count_word::pinned) return true;
      if (seen == count_word::none) return false;
      if (RefcountPolicy::compare_exchange(count, seen, count_word::raised(seen))) return true;
    }
  }

  /// One pointer fewer, without regard to candidacy.
  [[nodiscard]] drop_result decrement_plainly() noexcept {
    if constexpr (requires { RefcountPolicy::decrement_plainly(count); }) {
      return RefcountPolicy::decrement_plainly(count);
    } else {
      std::uint32_t seen = load_count();
      for (;;) {
        if (count_word::is_immortal(seen)) return drop_result::kept;
        if (RefcountPolicy::compare_exchange(count, seen, count_word::lowered(seen)))
          return count_word::is_last(seen) ? drop_result::last : drop_result::kept;
      }
    }
  }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
