#pragma once
/// \file
/// A count that belongs to the thread that made the object, and that other threads may change all the same.

#include <ouro/config.hpp>
#include <ouro/refcount/atomic_refcount.hpp>
#include <ouro/refcount/biased/bias_owner.hpp>
#include <ouro/refcount/biased/bias_thread.hpp>
#include <ouro/refcount/biased/biased_count.hpp>
#include <ouro/refcount/count_word.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Thread-safe as `atomic_refcount` is, and nearly as fast as `local_refcount` on the thread that made the object, for
/// objects of which only some are ever shared. Costs 8 bytes more an object.
///
/// When other threads drop more pointers to an object than they have made, its owner is left to find out whether it
/// dies: the next time that it makes an object of such a policy, at its `gc::collect()`, or when it ends. An owner that
/// does none of this keeps such objects alive. What a thread that has ended made goes to whoever drops it, or to the
/// next thread that begins.
///
/// So a destructor runs on the thread that drops the last pointer, or on the owner, or on the thread that collects: a
/// collection has all objects with a collector to itself. It begins by settling those that are left for any thread,
/// and settles at once what its destructors leave. No other thread may use objects that are counted by this policy and
/// have a collector meanwhile, whichever collector that is. Objects without a collector are settled by their owners
/// alone.
///
/// In the child after a `fork`, the threads that it has not got have ended. What was left for them is settled by the
/// next thread that settles or begins.
///
/// All verbs are O(1). To leave an object for its owner may allocate; where memory is exhausted, the object stays until
/// another thread drops it again.
struct OURO_SHARED_TYPE biased_refcount : atomic_refcount {
  using count_type = detail::biased_count;
  using info_type = atomic_refcount::count_type;

  using atomic_refcount::compare_exchange;
  using atomic_refcount::load;
  using atomic_refcount::store;

  [[nodiscard]] static std::uint32_t load(const count_type& count) noexcept { return count.load(); }

  /// \pre nobody else uses the object. It has no owner from now on: what a collection has looked at is shared.
  static void store(count_type& count, std::uint32_t word) noexcept { count.store(word); }

  static bool compare_exchange(count_type& count, std::uint32_t& expected, std::uint32_t word) noexcept {
    return count.compare_exchange(expected, word);
  }

  OURO_ALWAYS_INLINE static void increment(count_type& count) noexcept { count.increment(); }

  using decrements_in_parts = biased_refcount;

  OURO_ALWAYS_INLINE static bool try_keep(count_type& count) noexcept { return count.try_keep(); }

  static drop_result decrement_rarely(count_type& count) noexcept { return count.decrement_rarely<false>(); }

  static drop_result decrement(count_type& count) noexcept {
    return try_keep(count) ? drop_result::kept : decrement_rarely(count);
  }

  static drop_result decrement_plainly(count_type& count) noexcept { return count.decrement_rarely<true>(); }

  static void enqueue(count_type& count, void (*die)(count_type&) noexcept) noexcept {
    count.enqueue(&detail::bias_owner::merge_queue, die);
  }
  static void enqueue_collected(count_type& count, void (*die)(count_type&) noexcept) noexcept {
    count.enqueue(&detail::bias_owner::collected_merge_queue, die);
  }
  [[nodiscard]] static drop_result merge(count_type& count) noexcept { return count.merge(); }

  /// The calling thread begins to own what it makes, and settles what other threads have left for it.
  OURO_ALWAYS_INLINE static void drain_merge_queue() noexcept { detail::this_bias_thread.drain_merge_queue(); }

  /// Settles what `enqueue_collected` has left for any thread. O(threads that there were at the same time, and objects)
  /// \pre no other thread uses such objects
  static void drain_all_merge_queues() noexcept {
    for (std::uint32_t tag = detail::all_bias_owners.given(); tag != 0; --tag) {
      detail::drain_queue_of(detail::all_bias_owners[tag], &detail::bias_owner::collected_merge_queue);
    }
  }
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
