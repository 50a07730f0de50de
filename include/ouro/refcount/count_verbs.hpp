#pragma once
/// \file
/// The verbs of a count, made from its `load`, `store` and `compare_exchange`: the algebra of count words in one place.

#include <ouro/config.hpp>
#include <ouro/refcount/count_word.hpp>

#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// To be inherited by the refcount policy `Policy`, which supplies `count_type`, `is_thread_safe`, `load`, `store` and
/// `compare_exchange`. If the policy is thread-safe, each verb is a loop around `compare_exchange`; otherwise it is a
/// `load` and a `store`. A policy that can do better hides the verb. No verb allocates or blocks; all are O(1), apart
/// from repeated attempts when threads change one count at the same moment.
template <class Policy>
struct count_verbs {
  /// One pointer more.
  template <class Count>
  OURO_ALWAYS_INLINE static void increment(Count& count) noexcept {
    if constexpr (Policy::is_thread_safe) {
      std::uint32_t seen = Policy::load(count);
      do {
        if (seen == count_word::pinned) return;
      } while (!Policy::compare_exchange(count, seen, count_word::raised(seen)));
    } else {
      const std::uint32_t raised = Policy::load(count) + 1;
      if (count_word::is_suspect_on_drop(raised)) [[unlikely]] {
        if (!count_word::is_suspect_sum(raised)) return pin(count);
      }
      Policy::store(count, raised);
    }
  }

  /// `decrement` may be compiled as `try_keep` and, where that returns false, `decrement_rarely`.
  using decrements_in_parts = Policy;

  /// Drops a pointer if others remain and nothing else is to be done. Returns whether it did.
  template <class Count>
  OURO_ALWAYS_INLINE static bool try_keep(Count& count) noexcept {
    std::uint32_t seen = Policy::load(count);
    if constexpr (Policy::is_thread_safe) {
      do {
        if (count_word::is_suspect_on_drop(seen - 1)) return false;
      } while (!Policy::compare_exchange(count, seen, seen - 1));
    } else {
      if (count_word::is_suspect_on_drop(seen - 1)) return false;
      Policy::store(count, seen - 1);
    }
    return true;
  }

  /// One pointer fewer, whatever that means for the object. \see drop_result
  template <class Count>
  static drop_result decrement_rarely(Count& count) noexcept {
    std::uint32_t seen = Policy::load(count);
    for (;;) {
      const bool is_last = count_word::is_last(seen);
      if (!is_last) {
        if ((seen & count_word::immortal) != 0) {
          if (seen != count_word::none) pin(count);
          return drop_result::kept;
        }
        // The object must be in the buffer before its count is lowered: afterwards another thread may free it.
        if (count_word::is_suspect_on_drop(seen)) return drop_result::suspect;
      }
      // The comparison notices a weak pointer that was locked since `seen` was read.
      if (Policy::compare_exchange(count, seen, count_word::lowered(seen)))
        return is_last ? drop_result::last : drop_result::kept;
    }
  }

  /// One pointer fewer. \see drop_result
  template <class Count>
  OURO_ALWAYS_INLINE static drop_result decrement(Count& count) noexcept {
    return Policy::try_keep(count) ? drop_result::kept : Policy::decrement_rarely(count);
  }

 protected:
  /// Makes the object immortal. Does not write what stands there already: objects that are made immortal at compile
  /// time are shared by all threads.
  template <class Count>
  OURO_NOINLINE static void pin(Count& count) noexcept {
    if (Policy::load(count) != count_word::pinned) Policy::store(count, count_word::pinned);
  }
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
