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
/// The thread that drops the last pointer destroys the object at once (biased_count.hpp says how it knows). When other
/// threads drop more pointers to an object than they have made, and some remain, the object is queued for its owner,
/// which merges the parts of all counts that are queued the next time that it drops one of its objects or makes an
/// object of this policy, in its `gc::collect()`, or when it ends. The objects of a thread that has ended are merged by
/// the thread that drops them, or by the next thread that begins.
///
/// While a collection looks at objects, the threads that use them stand, and it merges what is queued for any of them.
/// The counts of objects without a collector are merged by their owners alone.
///
/// In the child after a `fork`, the threads that do not exist there count as ended. Their queues are drained by the
/// next thread that drains its own, or begins.
///
/// All verbs are O(1), amortised over the objects that are queued. Queueing an object may allocate. Where memory is
/// exhausted, and the owner drops the last pointer at the same moment, the object stays until another thread drops it
/// again.
struct OURO_SHARED_TYPE biased_refcount : atomic_refcount {
  using count_type = detail::biased_count;
  using info_type = atomic_refcount::count_type;

  using atomic_refcount::compare_exchange;
  using atomic_refcount::load;
  using atomic_refcount::store;

  [[nodiscard]] static std::uint32_t load(const count_type& count) noexcept { return count.load(); }

  /// The object has no owner from now on. \pre no other thread uses it
  static void store(count_type& count, std::uint32_t word) noexcept { count.store(word); }

  static void store_trial(count_type& count, std::uint32_t word) noexcept { count.store_trial(word); }
  static void restore(count_type& count, std::uint32_t word) noexcept { count.restore(word); }

  static bool compare_exchange(count_type& count, std::uint32_t& expected, std::uint32_t word) noexcept {
    return count.compare_exchange(expected, word);
  }

  OURO_ALWAYS_INLINE static void increment(count_type& count) noexcept { count.increment(); }

  /// One pointer more where that needs no look at other threads. False, and nothing has changed, elsewhere.
  [[nodiscard]] static bool try_increment(count_type& count) noexcept { return count.try_increment_by_weak(); }

  using decrements_in_parts = biased_refcount;

  OURO_ALWAYS_INLINE static bool try_keep(count_type& count) noexcept { return count.try_keep(); }

  [[nodiscard]] static bool is_only_pointer(const count_type& count) noexcept { return count.is_only_pointer(); }

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

  /// Makes the calling thread an owner, and merges what other threads have queued for it.
  OURO_ALWAYS_INLINE static void drain_merge_queue() noexcept { detail::this_bias_thread.drain_merge_queue(); }

  /// Merges all that `enqueue_collected` has queued, for any thread, and runs no user code. O(greatest number of
  /// threads at a time + objects) \pre no other thread uses such objects
  static void merge_all_queues() noexcept { detail::merge_collected_queues(); }

  /// Ends what `merge_all_queues` has found without pointers.
  static void end_merged() noexcept { detail::end_merged_objects(); }
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
