#pragma once
/// \file
/// The pool heap of a thread: how a thread gets it, and what becomes of it when the thread ends.

#include <ouro/allocator/pool/pool_heap.hpp>
#include <ouro/base/static_mutex.hpp>
#include <ouro/config.hpp>

#include <new>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The heaps of threads that have ended, for new threads to reclaim. They are never destroyed, since handles of static
/// objects may be dropped after everything else.
struct abandoned_heaps {
  static_mutex mutex;
  pool_heap* first = nullptr;  ///< guarded by `mutex`

  void put(pool_heap* heap) noexcept {
    const lock_guard lock{mutex};
    heap->next_abandoned = first;
    first = heap;
  }

  [[nodiscard]] pool_heap* take() noexcept {
    const lock_guard lock{mutex};
    pool_heap* const heap = first;
    if (heap != nullptr) first = heap->next_abandoned;
    return heap;
  }
};

OURO_SHARED_STATE inline constinit abandoned_heaps abandoned_pool_heaps{};

/// Set when the thread has abandoned its heap: later allocations of the thread come from a heap that is not reclaimed.
OURO_SHARED_STATE inline constinit thread_local bool thread_heap_has_ended = false;

/// Abandons the thread's heap when the thread ends.
struct thread_heap {
  thread_heap() noexcept = default;
  thread_heap(const thread_heap&) = delete;
  thread_heap& operator=(const thread_heap&) = delete;

  ~thread_heap() {
    thread_heap_has_ended = true;
    pool_heap* const heap = current_pool_heap;
    current_pool_heap = &no_pool_heap;
    heap->trim();
    heap->end_walks();
    abandoned_pool_heaps.put(heap);
  }
};

/// The thread's heap. If it has none, it reclaims an abandoned one or makes one; null when memory is exhausted.
OURO_SHARED_STATE OURO_NOINLINE inline pool_heap* heap_of_this_thread() noexcept {
  if (current_pool_heap != &no_pool_heap) return current_pool_heap;
  pool_heap* heap = abandoned_pool_heaps.take();
  if (heap == nullptr) {
    void* const memory = ::operator new(sizeof(pool_heap), std::nothrow);
    if (memory == nullptr) return nullptr;
    heap = ::new (memory) pool_heap{};
  }
  current_pool_heap = heap;
  if (!thread_heap_has_ended) {
    static thread_local const thread_heap at_end;
    static_cast<void>(at_end);
  }
  return heap;
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
