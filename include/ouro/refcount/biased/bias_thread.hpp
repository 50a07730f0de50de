#pragma once
/// \file
/// A thread as the owner of biased counts: its beginning, its duties, its end.

#include <ouro/base/raw_array.hpp>
#include <ouro/base/static_mutex.hpp>
#include <ouro/config.hpp>
#include <ouro/refcount/biased/bias_owner.hpp>
#include <ouro/refcount/biased/biased_count.hpp>
#include <ouro/refcount/count_word.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Merges the counts of all objects in one of the owner's queues, and then ends those without pointers. Calls user
/// code. O(objects in the queue)
/// \pre the calling thread is the owner, or no other thread uses objects of the kind that the queue holds
OURO_NOINLINE inline void drain_queue_of(bias_owner& owner, bias_owner::queue bias_owner::* queue) noexcept {
  bias_owner::queue left;
  {
    const lock_guard lock{owner.mutex};
    left = std::exchange(owner.*queue, {});
    owner.queues_have_changed();
    left.each([](queued_object& each) { each.is_dead = each.count->merge() == drop_result::last; });
  }
  left.drain([](const queued_object& each) {
    if (each.is_dead) each.die(*each.count);
  });
}

/// Drains both queues. \pre the calling thread is the owner, or the owner's thread has ended
inline void drain_queue_of(bias_owner& owner) noexcept {
  drain_queue_of(owner, &bias_owner::merge_queue);
  drain_queue_of(owner, &bias_owner::collected_merge_queue);
}

/// Drains the queues of an owner until they stay empty, and ends it. \pre it is the calling thread's, or its thread has
/// ended
inline void end_owner(std::uint32_t tag) noexcept {
  do drain_queue_of(all_bias_owners[tag]);
  while (!all_bias_owners.leave(tag));
}

/// Objects that `merge_collected_queues` has found without pointers. Guarded by the mutex.
struct merged_objects {
  static_mutex mutex;
  raw_array<queued_object> dead{};
};

OURO_SHARED_STATE inline constinit merged_objects all_merged_objects{};

/// Merges the counts of all objects that collectors look at and that are queued for any thread. What has no pointers
/// waits for `end_merged_objects`; where memory is exhausted, it leaks. \pre no other thread uses such objects
OURO_NOINLINE inline void merge_collected_queues() noexcept {
  const lock_guard lock_of_dead{all_merged_objects.mutex};
  for (std::uint32_t tag = all_bias_owners.given(); tag != 0; --tag) {
    bias_owner& owner = all_bias_owners[tag];
    const lock_guard lock{owner.mutex};
    if (owner.collected_merge_queue.size() == 0) continue;
    owner.collected_merge_queue.drain([](const queued_object& each) {
      if (each.count->merge() == drop_result::last) static_cast<void>(all_merged_objects.dead.push(each));
    });
    owner.queues_have_changed();
  }
}

/// Calls user code.
OURO_NOINLINE inline void end_merged_objects() noexcept {
  raw_array<queued_object> dead;
  {
    const lock_guard lock{all_merged_objects.mutex};
    dead = std::exchange(all_merged_objects.dead, {});
  }
  for (std::size_t i = 0; i != dead.size; ++i) dead.items[i].die(*dead.items[i].count);
  dead.release();
}

/// Drains the queues of threads that do not exist in this forked process.
inline void drain_vanished_owners() noexcept {
  while (const std::uint32_t tag = all_bias_owners.take_vanished()) end_owner(tag);
}

OURO_NOINLINE inline void drain_own_queues() noexcept {
  drain_queue_of(all_bias_owners[tag_of_thread >> bias_tag_shift]);
  drain_vanished_owners();
}

/// The calling thread as an owner.
class bias_thread {
 public:
  /// Makes the thread an owner, if it is none yet, and drains its queues, unless it is doing that already.
  OURO_ALWAYS_INLINE void drain_merge_queue() noexcept {
    // relaxed: a hint; the lock orders memory.
    if (bias_of_thread.load(std::memory_order_relaxed) == 0) [[unlikely]]
      drain_rarely();
  }

 private:
  /// Ends the owner with the thread.
  struct end {
    end() noexcept = default;
    end(const end&) = delete;
    end& operator=(const end&) = delete;
    ~end() {
      end_owner(tag_of_thread >> bias_tag_shift);
      tag_of_thread = 0;
      bias_of_thread.store(0, std::memory_order_relaxed);
    }
  };

  /// Does nothing late in the thread's end, or when there are too many threads: its objects have no owner then.
  OURO_SHARED_STATE OURO_NOINLINE void begin() noexcept {
    if (has_begun_) return;
    has_begun_ = true;
    bias_after_fork.become_known();
    const std::uint32_t tag = all_bias_owners.enter();
    if (tag == 0) return;
    tag_of_thread = tag << bias_tag_shift;
    bias_owner& owner = all_bias_owners[tag];
    {
      const lock_guard lock{owner.mutex};
      owner.bias = &bias_of_thread;
      owner.bias_when_idle = tag_of_thread;
      owner.queues_have_changed();
    }
    static thread_local const end at_end;
    static_cast<void>(at_end);
    drain_vanished_owners();
  }

  OURO_NOINLINE void drain_rarely() noexcept {
    if (tag_of_thread == 0) return begin();
    if (is_draining_) return;
    is_draining_ = true;
    drain_own_queues();
    is_draining_ = false;
  }

  bool has_begun_ = false;
  bool is_draining_ = false;
};

OURO_SHARED_STATE inline constinit thread_local bias_thread this_bias_thread{};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
