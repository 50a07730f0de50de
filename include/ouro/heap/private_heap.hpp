#pragma once
/// \file
/// A heap apart from those of the threads: pools of its own, and a value of its own of each part.
///
/// Each thread has a heap by itself, whose parts are what its thread-local variables are born with. A private heap is
/// entered on top of it, or of another private one, and left in reverse order. Entering saves the values of the heap
/// that was current, and loads those of the other: about 1 KiB each way.

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

/// The private heap that the thread is in, or null.
OURO_SHARED_STATE inline constinit thread_local private_heap* current_private_heap = nullptr;

/// That of all that lies in no private heap.
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

  [[nodiscard]] bool is_current() const noexcept { return current_private_heap == this; }

  /// Whether some thread is in it, perhaps in yet another heap on top of it.
  [[nodiscard]] bool is_entered() const noexcept { return user_.load(std::memory_order_acquire) != nullptr; }

  /// What `leave` must be given back.
  struct entry_token {
    private_heap* from;  ///< the private heap that was current before, or null
    bool is_first;       ///< whether the thread was not in this heap before
  };

  /// Makes it the calling thread's. False, and nothing has changed, when memory is exhausted. O(parts)
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

  /// \pre the last that was entered and not left is this heap
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
    // release: the next thread to enter sees all that was done here.
    if (begun.is_first) user_.store(nullptr, std::memory_order_release);
  }

  /// Ends the garbage in the private heap that the thread is in, as far as its collectors may begin now. False when
  /// there was none, or it is in none.
  static bool collect_current() noexcept {
    return current_private_heap != nullptr && each_heap_local_ends_some(&heap_local::relieve);
  }

  /// That of the current heap: of the private one, or of the thread.
  [[nodiscard]] static emergency_back_off& back_off_here() noexcept {
    return current_private_heap != nullptr ? current_private_heap->back_off_ : back_off_of_thread;
  }

  /// What `try_once` gives after the garbage in the private heap that the thread is in has ended; null where that does
  /// not help. \see try_in_emergency
  template <class Try>
  [[nodiscard]] static void* try_after_collection(Try try_once) noexcept {
    if (current_private_heap == nullptr) return nullptr;
    return try_in_emergency(current_private_heap->back_off_, current_private_heap->pools_, &collect_current, try_once);
  }

  /// Ends all objects that the parts know of, then the parts' own memory. Calls user code. \pre `is_current()`
  void close() noexcept {
    // What ends may leave something behind, in another part.
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
  private_heap* outermost_ = nullptr;     ///< the one that it has entered first
  pool_heap* pools_of_thread_ = nullptr;  ///< if that is this one, the heap of the thread itself
  heap_context thread_context_{};         ///< likewise
};

/// While it lives, blocks come from the thread's own pools: for objects that threads share, which must not end with a
/// private heap.
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

/// Where objects live that one thread uses.
struct current_heap {
  current_heap() noexcept {}
};

/// While it lives, the thread's blocks are for objects that are counted by this policy.
template <class RefcountPolicy>
using home_of = std::conditional_t<RefcountPolicy::is_thread_safe, outside_private_heap, current_heap>;

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
