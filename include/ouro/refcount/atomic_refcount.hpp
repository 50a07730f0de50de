#pragma once
/// \file
/// An atomic integer, for objects that threads share.

#include <ouro/config.hpp>
#include <ouro/refcount/count_verbs.hpp>
#include <ouro/refcount/count_word.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <atomic>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Thread-safe as `std::shared_ptr` is: threads may copy and drop different pointers to one object at the same time;
/// one pointer object is written by one thread at a time. No verb allocates or blocks; all are O(1).
struct OURO_SHARED_TYPE atomic_refcount : count_verbs<atomic_refcount> {
  using count_type = std::atomic<std::uint32_t>;
  static constexpr bool is_thread_safe = true;

  // relaxed: a count says nothing about other memory, except when it falls to zero.
  [[nodiscard]] static std::uint32_t load(const count_type& count) noexcept {
    return count.load(std::memory_order_relaxed);
  }

  // relaxed: no other thread uses the object yet, or any more; handing it over to another thread orders this store too.
  static void store(count_type& count, std::uint32_t word) noexcept { count.store(word, std::memory_order_relaxed); }

  // acq_rel: it may be the step from or to the last pointer, see `decrement`. relaxed on failure: nothing was learnt.
  static bool compare_exchange(count_type& count, std::uint32_t& expected, std::uint32_t word) noexcept {
    return count.compare_exchange_weak(expected, word, std::memory_order_acq_rel, std::memory_order_relaxed);
  }

  OURO_ALWAYS_INLINE static void increment(count_type& count) noexcept {
    // An immortal object is not written to, so that its cache line stays shared between the cores.
    const std::uint32_t seen = load(count);
    if (count_word::is_immortal(seen)) [[unlikely]]
      return pin(count);
    // relaxed: the caller has a pointer, so that the object cannot die meanwhile; handing the copy to another thread
    // orders memory.
    // The immortal range begins at half of the word's range, which leaves room for all threads that raise the count at
    // the same moment.
    count.fetch_add(1, std::memory_order_relaxed);
  }

  /// One read-modify-write for the common drop, without a part of its own.
  using decrements_in_parts = void;

  OURO_ALWAYS_INLINE static drop_result decrement(count_type& count) noexcept {
    const std::uint32_t seen = load(count);
    if (seen >= count_word::immortal) [[unlikely]]  // with suspect_on_drop, immortal, or none
      return decrement_rarely(count);
    // release: what this thread did with the object happens before its destruction. acquire: the thread that destroys
    // it sees what all others did. One read-modify-write instead of a release and a fence, which TSan cannot follow.
    const std::uint32_t before = count.fetch_sub(1, std::memory_order_acq_rel);
    return before == count_word::one ? drop_result::last : drop_result::kept;
  }
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
