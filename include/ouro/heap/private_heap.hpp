#pragma once
/// \file
/// A private heap: pools, and a value of each heap-local variable, that belong to no thread.
///
/// Each thread has a heap of its own. A private heap is entered on top of it, or of another private heap, and left in
/// reverse order. Entering saves the heap-local variables of the current heap and loads those of the private heap:
/// about 1 KiB each way.

#include <ouro/allocator/pool/ended_heaps.hpp>
#include <ouro/allocator/pool/large_blocks.hpp>
#include <ouro/allocator/pool/pool_heap.hpp>
#include <ouro/base/diagnostics.hpp>
#include <ouro/base/heap_local.hpp>
#include <ouro/config.hpp>
#include <ouro/heap/emergency.hpp>

#include <atomic>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

class private_heap;

/// The private heap that the thread has entered last, or null.
OURO_SHARED_STATE inline constinit thread_local private_heap* current_private_heap = nullptr;

/// For requests outside private heaps.
OURO_SHARED_STATE inline constinit thread_local emergency_back_off back_off_of_thread{};

class private_heap {
 public:
  explicit private_heap(std::size_t limit) noexcept {
    pools_.large = &large_;
    pools_.limit = limit;
  }
  private_heap(const private_heap&) = delete;
  private_heap& operator=(const private_heap&) = delete;

  /// \pre `close` has been called, and the heap was left
  ~private_heap() {
    if constexpr (check_level >= 1) kept_of_ended_heaps.take(pools_);
    pools_.free_all();
    context_.release();
    thread_context_.release();
  }

  [[nodiscard]] pool_heap& pools() noexcept { return pools_; }

  /// Whether objects that have left the heap in islands may have blocks in it. Gives back the memory of those that were
  /// freed. \pre no thread uses the heap any more
  [[nodiscard]] bool may_outlive_itself() noexcept {
    if (!pools_.has_given_islands.load(std::memory_order_relaxed)) return false;
    pools_.trim();
    return pools_.pools != 0 || large_.blocks() != 0;
  }

  private_heap* next_retired = nullptr;  ///< \see retired_heaps

  [[nodiscard]] bool is_current() const noexcept { return current_private_heap == this; }

  /// Whether a thread is in this heap, perhaps in another heap on top of it.
  [[nodiscard]] bool is_entered() const noexcept { return user_.load(std::memory_order_acquire) != nullptr; }

  /// `enter` writes it, and `leave` reads it.
  struct entry_token {
    private_heap* from;  ///< the private heap that was current before, or null
    bool is_first;       ///< whether the thread was not in this heap before
  };

  /// Makes it the current heap of the calling thread. False, and nothing has changed, when memory is exhausted.
  /// O(heap-local variables)
  [[nodiscard]] bool enter(entry_token& begun) noexcept {
    begun = {current_private_heap, false};
    if (is_current()) return true;
    if (!context_.reserve() || !thread_context_.reserve()) return false;
    const void* nobody = nullptr;
    const void* const myself = &current_private_heap;
    // acquire: pairs with the release of the thread that has left.
    begun.is_first = user_.compare_exchange_strong(nobody, myself, std::memory_order_acquire);
    if (!begun.is_first && nobody != myself) {
      misuse("a private heap was entered while another thread was in it", "ouro::heap");
    }
    if (begun.from == nullptr) {
      outermost_ = this;
      pools_of_thread_ = current_pool_heap;
      thread_context_.save();
    } else {
      outermost_ = begun.from->outermost_;
      begun.from->context_.save();
    }
    load();
    return true;
  }

  /// \pre this is the heap that the thread has entered last
  void leave(const entry_token& begun) noexcept {
    if (begun.from == this) return;
    context_.save();
    if (begun.from == nullptr) {
      current_private_heap = nullptr;
      current_pool_heap = pools_of_thread_;
      context_of_current_heap = nullptr;
      thread_context_.load();
    } else {
      begun.from->load();
    }
    // release: the next thread that enters sees what this one did in the heap.
    if (begun.is_first) user_.store(nullptr, std::memory_order_release);
  }

  /// Ends the garbage in the current private heap, as far as its collectors may run now. False when there was none, or
  /// the thread is in no private heap.
  static bool collect_current() noexcept {
    return current_private_heap != nullptr && each_heap_local_ends_some(&heap_local::relieve);
  }

  /// The back-off of the current heap, private or not.
  [[nodiscard]] static emergency_back_off& back_off_here() noexcept {
    return current_private_heap != nullptr ? current_private_heap->back_off_ : back_off_of_thread;
  }

  /// Calls `try_once` after the garbage in the current private heap has ended, and returns its result; null where that
  /// did not free any. \see try_in_emergency
  template <class Try>
  [[nodiscard]] static void* try_after_collection(Try try_once) noexcept {
    if (current_private_heap == nullptr) return nullptr;
    return try_in_emergency(current_private_heap->back_off_, current_private_heap->pools_, &collect_current, try_once);
  }

  /// Ends all objects that the heap-local variables know of, then frees their memory. Calls user code.
  /// \pre `is_current()`
  void close() noexcept {
    // Objects that end may leave others behind, which another variable knows of.
    for (int passes = 0; passes != most_passes && each_heap_local_ends_some(&heap_local::finish); ++passes) {
    }
    known_heap_locals.each([](const heap_local& each) {
      if (each.release != nullptr) each.release();
    });
  }

 private:
  friend class outside_private_heap;

  static constexpr int most_passes = 8;

  /// Returns whether there were any objects to end.
  static bool each_heap_local_ends_some(bool (*heap_local::*verb)() noexcept) noexcept {
    bool found = false;
    known_heap_locals.each([&](const heap_local& each) {
      if (each.*verb != nullptr && (each.*verb)()) found = true;
    });
    return found;
  }

  void load() noexcept {
    current_private_heap = this;
    current_pool_heap = &pools_;
    context_of_current_heap = &context_;
    context_.load();
  }

  pool_heap pools_{};
  large_blocks large_{};
  heap_context context_{};
  emergency_back_off back_off_{};
  std::atomic<const void*> user_{nullptr};  ///< names the thread that is in this heap

  // While a thread is in this heap:
  private_heap* outermost_ = nullptr;     ///< the private heap that it has entered first
  pool_heap* pools_of_thread_ = nullptr;  ///< in the outermost heap: the pools of the thread itself
  heap_context thread_context_{};         ///< likewise
};

/// While it lives, blocks come from the thread's own pools, although the thread is in a private heap: for objects that
/// threads share, which must outlive private heaps.
class outside_private_heap {
 public:
  OURO_ALWAYS_INLINE outside_private_heap() noexcept {
    if (current_private_heap != nullptr) [[unlikely]]
      go_out();
  }
  outside_private_heap(const outside_private_heap&) = delete;
  outside_private_heap& operator=(const outside_private_heap&) = delete;
  OURO_ALWAYS_INLINE ~outside_private_heap() {
    if (inside_ != nullptr) [[unlikely]]
      come_back();
  }

 private:
  OURO_NOINLINE void go_out() noexcept {
    inside_ = std::exchange(current_pool_heap, current_private_heap->outermost_->pools_of_thread_);
  }
  OURO_NOINLINE void come_back() noexcept {
    current_private_heap->outermost_->pools_of_thread_ = std::exchange(current_pool_heap, inside_);
  }

  pool_heap* inside_ = nullptr;
};

/// The home of objects that one thread uses: the current heap.
struct current_heap {
  current_heap() noexcept {}
};

/// While it lives, the thread's blocks are for objects that are counted by this policy.
template <class RefcountPolicy>
using home_of = std::conditional_t<RefcountPolicy::is_thread_safe, outside_private_heap, current_heap>;

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
