#pragma once
/// \file
/// How threads come by their pool heap and part with it.

#include <ouro/allocator/pool_heap.hpp>
#include <ouro/allocator/static_mutex.hpp>
#include <ouro/config.hpp>

#include <new>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The heaps of threads that ended. They are never destroyed: handles of static objects may be dropped after everything
/// else.
struct pool_orphans {
  static_mutex mutex;
  pool_heap* first = nullptr;  ///< guarded by `mutex`

  void put(pool_heap* orphan) noexcept {
    const lock_guard lock{mutex};
    orphan->next_orphan = first;
    first = orphan;
  }

  [[nodiscard]] pool_heap* take() noexcept {
    const lock_guard lock{mutex};
    pool_heap* const orphan = first;
    if (orphan != nullptr) first = orphan->next_orphan;
    return orphan;
  }
};

OURO_SHARED_STATE inline constinit pool_orphans orphaned_pool_heaps{};

/// Set once the thread's lease has ended: what it still allocates then comes from a heap that nobody inherits.
OURO_SHARED_STATE inline constinit thread_local bool pool_lease_ended = false;

/// Gives a thread its heap at its first allocation, and the orphans the heap at the thread's end.
struct pool_lease {
  pool_lease() noexcept = default;
  pool_lease(const pool_lease&) = delete;
  pool_lease& operator=(const pool_lease&) = delete;

  ~pool_lease() {
    pool_lease_ended = true;
    pool_heap* const heap = current_pool_heap;
    current_pool_heap = &no_pool_heap;
    heap->trim();
    heap->end_walks();
    orphaned_pool_heaps.put(heap);
  }
};

/// This thread's heap, which it gets if it has none; null when memory is exhausted.
OURO_SHARED_STATE OURO_NOINLINE inline pool_heap* lease_pool_heap() noexcept {
  if (current_pool_heap != &no_pool_heap) return current_pool_heap;
  pool_heap* heap = orphaned_pool_heaps.take();
  if (heap == nullptr) {
    void* const memory = ::operator new(sizeof(pool_heap), std::nothrow);
    if (memory == nullptr) return nullptr;
    heap = ::new (memory) pool_heap{};
  }
  current_pool_heap = heap;
  if (!pool_lease_ended) {
    static thread_local const pool_lease lease;
    static_cast<void>(lease);
  }
  return heap;
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
