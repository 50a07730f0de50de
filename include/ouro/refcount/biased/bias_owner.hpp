#pragma once
/// \file
/// The threads that own biased counts, and for each of them the queue of objects whose counts it must merge.

#include <ouro/base/address_map.hpp>
#include <ouro/base/static_mutex.hpp>
#include <ouro/config.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

class biased_count;
struct bias_owner;

/// Merges the parts of what is queued for the calling thread, and ends what has no pointers. \see bias_thread.hpp
void drain_own_queues() noexcept;

/// An object whose shared count went negative, while pointers of its owner remain.
struct queued_object {
  biased_count* count;
  void (*die)(biased_count&) noexcept;  ///< ends the object, whose last pointer has gone
  bool is_dead;                         ///< no pointer was left when the parts were merged
};

/// One for each thread that owns objects. When the thread ends, the next thread that begins takes it over, with its
/// objects. Until then, a thread that drops one of these objects merges its count in the owner's place.
struct bias_owner {
  using queue = address_map<queued_object>;

  static_mutex mutex;
  bool is_alive = false;        ///< guarded by `mutex`, as are the queues
  queue merge_queue;            ///< objects that no collector looks at, by their counts
  queue collected_merge_queue;  ///< objects that a collector looks at, by their counts
  std::uint32_t next_free = 0;  ///< tag; guarded by the table

  /// The `bias_of_thread` of the owner's thread, and what it is while no object is queued; null where there is no such
  /// thread. Guarded by `mutex`.
  std::atomic<std::uint32_t>* bias = nullptr;
  std::uint32_t bias_when_idle = 0;

  /// \pre the caller holds `mutex`
  [[nodiscard]] bool has_queued_objects() const noexcept {
    return merge_queue.size() + collected_merge_queue.size() != 0;
  }

  /// To be called when a queue has changed: has the owner look at the shared part of what it drops while objects are
  /// queued. \pre the caller holds `mutex`
  void queues_have_changed() noexcept {
    if (bias != nullptr) bias->store(has_queued_objects() ? 0 : bias_when_idle, std::memory_order_relaxed);
  }

  /// \pre the caller holds `mutex`
  [[nodiscard]] bool is_queued(const biased_count& count) noexcept {
    return merge_queue.find(&count) != nullptr || collected_merge_queue.find(&count) != nullptr;
  }

  /// Takes an object out of the queues. O(1) \pre the caller holds `mutex`
  void take_out(const biased_count& count) noexcept {
    merge_queue.erase(&count);
    collected_merge_queue.erase(&count);
    queues_have_changed();
  }
};

/// All owners, by their tags. Zero at first, so that the table takes no room in a program's file, and none in memory
/// but for the pages that are used.
class bias_owners {
 public:
  static constexpr std::uint32_t capacity =
      1u << 12;  ///< threads at the same time; objects of further threads have no owner

  /// \pre the tag was given
  [[nodiscard]] bias_owner& operator[](std::uint32_t tag) noexcept {
    return *std::launder(reinterpret_cast<bias_owner*>(place_of(tag)));
  }

  /// A tag for the calling thread, or 0 if there is none left. O(1)
  [[nodiscard]] std::uint32_t enter() noexcept {
    const lock_guard lock{mutex_};
    std::uint32_t tag = first_free_;
    if (tag != 0) {
      first_free_ = (*this)[tag].next_free;
    } else {
      if (given_ + 1 == capacity) return 0;
      tag = ++given_;
      ::new (place_of(tag)) bias_owner{};
    }
    bias_owner& owner = (*this)[tag];
    const lock_guard lock_of_owner{owner.mutex};
    owner.is_alive = true;
    return tag;
  }

  /// In a child after a fork: ends all owners but `own`, the calling thread's, which may be 0. Their queues wait for
  /// `take_vanished`. \pre the process has one thread
  void end_all_but(std::uint32_t own) noexcept {
    std::uint32_t vanished = vanished_.load(std::memory_order_relaxed);
    for (std::uint32_t tag = 1; tag <= given_; ++tag) {
      bias_owner& owner = (*this)[tag];
      if (tag == own || !owner.is_alive) continue;
      owner.is_alive = false;
      owner.bias = nullptr;
      owner.next_free = std::exchange(vanished, tag);
    }
    vanished_.store(vanished, std::memory_order_relaxed);
    // So that the calling thread looks for them when it next drains its own queue.
    if (own != 0 && (*this)[own].bias != nullptr) (*this)[own].bias->store(0, std::memory_order_relaxed);
  }

  /// The tag of an owner whose thread does not exist in this process, or 0. The caller must drain its queues and then
  /// call `leave`.
  [[nodiscard]] std::uint32_t take_vanished() noexcept {
    if (vanished_.load(std::memory_order_relaxed) == 0) return 0;
    const lock_guard lock{mutex_};
    const std::uint32_t tag = vanished_.load(std::memory_order_relaxed);
    if (tag != 0) vanished_.store((*this)[tag].next_free, std::memory_order_relaxed);
    return tag;
  }

  /// The owner's thread ends. False, and nothing has changed, when a queue has objects.
  [[nodiscard]] bool leave(std::uint32_t tag) noexcept {
    const lock_guard lock{mutex_};
    bias_owner& owner = (*this)[tag];
    const lock_guard lock_of_owner{owner.mutex};
    if (owner.has_queued_objects()) return false;
    owner.is_alive = false;
    owner.bias = nullptr;
    owner.next_free = first_free_;
    first_free_ = tag;
    return true;
  }

  /// The highest tag that was ever given.
  [[nodiscard]] std::uint32_t given() noexcept {
    const lock_guard lock{mutex_};
    return given_;
  }

 private:
  [[nodiscard]] void* place_of(std::uint32_t tag) noexcept { return owners_ + tag * sizeof(bias_owner); }

  static_mutex mutex_;
  std::uint32_t first_free_ = 0;
  std::atomic<std::uint32_t> vanished_{0};  ///< the first of the owners that ended by a fork; changed under `mutex_`
  std::uint32_t given_ = 0;
  /// Each is made when its tag is first given; that at 0 never.
  alignas(bias_owner) std::byte owners_[capacity * sizeof(bias_owner)] = {};
};

OURO_SHARED_STATE inline constinit bias_owners all_bias_owners{};

/// Where the tag lies in the owner's part of a count.
inline constexpr std::uint32_t bias_tag_shift = 19;

/// The tag of the calling thread, in its place; 0 before the thread makes its first object, and after its end.
OURO_SHARED_STATE inline constinit thread_local std::uint32_t tag_of_thread = 0;

/// The tag of the calling thread, but 0 while objects are queued for it, or after a fork: then it finds none of its
/// counts by this, and takes the long way with each. Other threads change it under the owner's mutex.
OURO_SHARED_STATE inline constinit thread_local std::atomic<std::uint32_t> bias_of_thread{0};

/// In a child after a fork: ends the owners whose threads do not exist in the child.
inline void end_vanished_owners() noexcept { all_bias_owners.end_all_but(tag_of_thread >> bias_tag_shift); }

OURO_SHARED_STATE inline constinit fork_repair bias_after_fork{&end_vanished_owners, nullptr, {}};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
