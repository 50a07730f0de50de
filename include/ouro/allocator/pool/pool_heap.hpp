#pragma once
/// \file
/// One thread's pools and arenas.
///
/// `pool_allocator` pops from the pool at the head of the list of a size class, and finds the pool of a freed block by
/// masking the block's address. Neither takes a lock: only the thread that owns the heap uses its pools. Other threads
/// add the blocks that they free to remote free lists (remote_free_list.hpp), whose blocks are taken when the pool, or
/// its class, has no block left. When a thread ends, it abandons its heap until a new thread reclaims it
/// (thread_heap.hpp). The pools of a private heap are freed with it, whatever they hold.

#include <ouro/allocator/pool/arena.hpp>
#include <ouro/allocator/pool/known_arenas.hpp>
#include <ouro/allocator/pool/large_blocks.hpp>
#include <ouro/allocator/pool/pool.hpp>
#include <ouro/allocator/pool/size_class.hpp>
#include <ouro/config.hpp>

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The end of each list of pools. It never has a block, so that the fast path needs no test for "no pool".
OURO_SHARED_STATE inline constinit pool no_pool{};

struct pool_heap {
  struct class_list {
    pool* head = &no_pool;  ///< serves
    pool* tail = nullptr;
    pool* retained = nullptr;  ///< stays linked without used blocks
  };

  class_list linked[size_class::count];
  class_list linked_walkable[size_class::count];  ///< pools of objects alone, which a collector walks
  arena* with_empty[arena::pools + 1] = {};       ///< [n]: the arenas with n empty pools; all arenas are on one of them
  std::uint64_t empty_counts = 0;                 ///< bit n - 1 is set when with_empty[n], n > 0, is not empty
  std::size_t arenas = 0;
  std::size_t empty_arenas = 0;     ///< of these, those whose pools are all empty
  std::size_t arenas_mapped = 0;    ///< ever
  std::size_t arenas_unmapped = 0;  ///< ever
  std::size_t pools = 0;            ///< not empty
  std::uint64_t taken = 0;          ///< bytes of pools, and of a private heap's large blocks, ever
  bool is_taking_remote = false;
  /// Whether objects in it may belong to other threads: those of islands.
  std::atomic<bool> has_given_islands{false};
  bool is_for_any_thread = false;  ///< a memory resource's: what uses its blocks, and where, is up to the program
  std::atomic<pool*> pending_pools{nullptr};  ///< pools with blocks that other threads freed
  pool_heap* next_abandoned = nullptr;
  large_blocks* large = nullptr;  ///< a private heap's; blocks for which there is no pool are no thread's
  std::size_t limit = std::numeric_limits<std::size_t>::max();  ///< bytes of pools and large blocks

  /// A block of the class when the pool at the head of its list has no freed one; null when memory is exhausted.
  OURO_NOINLINE void* allocate_slowly(std::uint32_t index, bool heap_walkable) noexcept {
    class_list& list = (heap_walkable ? linked_walkable : linked)[index];
    for (;;) {
      pool* const from = list.head;
      if (from != &no_pool) {
        if (from->freed == nullptr) from->carve();
        if (from->freed == nullptr) take_in(from);
        if (from->freed == nullptr) from->release_quarantine();
        if (from->freed != nullptr) return take_from(from);
        from->note_full();
        unlink(from);
      } else if (!take_remote()) {
        pool* const opened = open(index, heap_walkable);
        if (opened == nullptr) return nullptr;
        link(opened);
        if (list.retained == nullptr) retain(opened);
      }
    }
  }

  /// \pre `from->freed != nullptr`
  OURO_ALWAYS_INLINE static void* take_from(pool* from) noexcept {
    ++from->frees_until_check;
    return from->pop();
  }

  OURO_ALWAYS_INLINE void deallocate(pool* to, void* block) noexcept {
    to->put_back(block);
    if (--to->frees_until_check == 0) [[unlikely]]
      update_pool_state(to);
  }

  /// Pushes a pool on the stack of those with remote frees. Called by any thread.
  void add_pending(pool* at) noexcept {
    pool*& next = arena::of(at)->remote_frees[at->number()].next;
    next = pending_pools.load(std::memory_order_relaxed);
    // release: the owner, which takes the stack, sees `next`.
    while (!pending_pools.compare_exchange_weak(next, at, std::memory_order_release, std::memory_order_relaxed)) {
    }
  }

  /// Takes the remote frees of all pending pools that have no other block. Returns whether there were any.
  bool take_remote() noexcept {
    bool found = false;
    is_taking_remote = true;
    // acquire: pairs with the release of `add_pending`.
    for (pool* at = pending_pools.exchange(nullptr, std::memory_order_acquire); at != nullptr;) {
      remote_free_list& blocks = arena::of(at)->remote_frees[at->number()];
      pool* const next = blocks.next;
      blocks.clear_pending();
      // A pool with free blocks is linked: it takes its remote frees when these have run out.
      if (at->freed == nullptr && take_in(at)) {
        found = true;
        if (at->frees_until_check == 0) retire(at);
      }
      at = next;
    }
    is_taking_remote = false;
    return found;
  }

  /// A block that is too large for pools, or too strictly aligned; null when memory or the limit is exhausted.
  [[nodiscard]] OURO_NOINLINE void* allocate_large(std::size_t bytes, std::size_t alignment) noexcept {
    if (large == nullptr) return large_blocks::allocate_unowned(bytes, alignment);
    void* block = large->allocate(bytes, alignment, left_of_limit());
    if (block == nullptr) {
      drop_retained();
      block = large->allocate(bytes, alignment, left_of_limit());
    }
    if (block != nullptr) taken += bytes;
    return block;
  }

  /// Frees all remote frees, also those of pools that have other free blocks.
  void take_all_remote() noexcept {
    take_remote();
    each_list([this](class_list& list) {
      for (pool* at = list.head; at != &no_pool;) {
        pool* const next = at->next;
        free_remote(at);
        at = next;
      }
    });
  }

  template <class See>
  void each_arena(See&& see) const {
    for (const arena* head : with_empty) {
      for (const arena* at = head; at != nullptr; at = at->next) see(*at);
    }
  }

  /// Calls `see` with every pool that is not empty. O(arenas)
  template <class See>
  void each_pool(See&& see) const {
    each_arena([&](const arena& at) {
      for (std::uint32_t i = 0; i != arena::pools; ++i) {
        if (pool* const here = at.used_pool(i); here != nullptr) see(*here);
      }
    });
  }

  /// Defined in heap_validity.hpp.
  [[nodiscard]] bool is_valid() const noexcept;

  /// Gives every arena without a used block back to the system.
  void trim() noexcept {
    take_all_remote();
    drop_retained();
    while (with_empty[arena::pools] != nullptr) {
      // The arena of a pending pool must stay mapped.
      take_remote();
      if (with_empty[arena::pools] != nullptr) unmap(with_empty[arena::pools]);
    }
  }

  /// Makes walkable pools plain ones: the thread that uses this heap from now on does not own the objects in them.
  void end_walks() noexcept {
    // All pools have used blocks then: none becomes empty, and no arena is unmapped, during the loop.
    drop_retained();
    each_pool([this](pool& each) {
      if (each.heap_walkable) end_walks(&each);
    });
  }

  /// Makes a walkable pool a plain one. \pre it has used blocks, and is one of this heap
  void end_walks(pool* at) noexcept {
    if (at->retain_when_empty) static_cast<void>(take_retained(list_of(*at)));
    const bool was_linked = at->linked;
    if (was_linked) unlink(at);
    at->heap_walkable = false;
    if (was_linked) link(at);
  }

  /// Calls `take` with each arena that holds used blocks, which is the caller's from then on.
  /// \pre a private heap's, which no thread uses any more
  template <class Take>
  void give_arenas_in_use(Take take) noexcept {
    take_all_remote();
    drop_retained();
    for (std::size_t empty = 0; empty != arena::pools; ++empty) {
      while (arena* const given = with_empty[empty]) {
        leave(given);
        take(given);
      }
    }
  }

  /// Gives everything back to the system, whatever is in use. \pre no thread's own; no thread uses it any more
  void free_all() noexcept {
    for (arena*& head : with_empty) {
      while (head != nullptr) {
        arena* const gone = head;
        head = gone->next;
        arena::unmap(gone);
      }
    }
    if (large != nullptr) large->free_all();
  }

 private:
  /// Makes the pool's remote frees its free list. \pre `at->freed == nullptr`. Returns whether there were any.
  bool take_in(pool* at) noexcept {
    const remote_free_list::chain home = arena::of(at)->remote_frees[at->number()].take();
    if (home.blocks == 0) return false;
    if (!at->linked) link(at);
    at->freed = home.first;
    at->frees_until_check = at->frees_until_check + at->used_when_full - home.blocks;
    at->used_when_full = 0;
    return true;
  }

  /// Frees the remote blocks one by one; the pool may become empty.
  void free_remote(pool* at) noexcept {
    const remote_free_list::chain home = arena::of(at)->remote_frees[at->number()].take();
    free_block* block = home.first;
    for (std::uint32_t i = 0; i != home.blocks; ++i) {
      free_block* const next = pool::after(block);
      deallocate(at, block);
      block = next;
    }
  }

  /// After a free into a pool that had no block left, or of its last used block.
  OURO_NOINLINE void update_pool_state(pool* at) noexcept {
    if (!at->linked) {
      link(at);
      at->note_not_full();
    }
    if (at->frees_until_check == 0) retire(at);
  }

  [[nodiscard]] class_list& list_of(const pool& of) noexcept {
    return (of.heap_walkable ? linked_walkable : linked)[of.index];
  }

  template <class Do>
  void each_list(Do what) noexcept {
    for (class_list& list : linked) what(list);
    for (class_list& list : linked_walkable) what(list);
  }

  /// Bytes that pools and large blocks may still take, where large blocks are counted, the large blocks that are there
  /// included.
  [[nodiscard]] std::size_t left_of_limit() const noexcept {
    const std::size_t pooled = pools * pool::bytes;
    return limit > pooled ? limit - pooled : 0;
  }

  [[nodiscard]] bool may_open() const noexcept {
    if (large == nullptr) [[likely]]
      return true;
    const std::size_t left = left_of_limit();
    return left >= pool::bytes && large->bytes() <= left - pool::bytes;
  }

  /// Gives back the retained pools that have no used block.
  void drop_retained() noexcept {
    each_list([this](class_list& list) {
      if (list.retained != nullptr && list.retained->used() == 0) retire(take_retained(list));
    });
  }

  /// \pre there is one
  static pool* take_retained(class_list& list) noexcept {
    pool* const kept = std::exchange(list.retained, nullptr);
    kept->retain_when_empty = false;
    // In a full pool `frees_until_check` is 1 in any case.
    --(kept->linked ? kept->frees_until_check : kept->used_when_full);
    return kept;
  }

  void retain(pool* at) noexcept {
    list_of(*at).retained = at;
    at->retain_when_empty = true;
    ++at->frees_until_check;
  }

  /// Appends the pool to the list of its class. In front, a pool that was full would be full again after one
  /// allocation, and each allocation would take the slow path. At the end of the list it gathers free blocks until its
  /// turn.
  void link(pool* at) noexcept {
    class_list& list = list_of(*at);
    at->previous = list.tail;
    at->next = &no_pool;
    (list.tail != nullptr ? list.tail->next : list.head) = at;
    list.tail = at;
    at->linked = true;
  }

  void unlink(pool* at) noexcept {
    class_list& list = list_of(*at);
    (at->next != &no_pool ? at->next->previous : list.tail) = at->previous;
    (at->previous != nullptr ? at->previous->next : list.head) = at->next;
    at->linked = false;
  }

  /// A pool of the class from the fullest arena that has an empty one, so that the emptier arenas get the chance to
  /// become empty (as CPython does since 3.8).
  pool* open(std::uint32_t index, bool heap_walkable) noexcept {
    if (!may_open()) {
      drop_retained();
      if (!may_open()) return nullptr;
    }
    arena* home = nullptr;
    if (empty_counts != 0) {
      home = with_empty[std::countr_zero(empty_counts) + 1];
      leave(home);
      if (home->is_empty()) --empty_arenas;
    } else {
      home = arena::map(this, arenas >= 2);
      if (home == nullptr) return nullptr;
      ++arenas;
      ++arenas_mapped;
    }
    pool* const opened = home->take();
    enter(home);
    opened->open(index, heap_walkable, arena::blocks_of(opened));
    ++pools;
    taken += pool::bytes;
    return opened;
  }

  /// A linked pool without used blocks becomes empty, and its arena perhaps the system's.
  void retire(pool* empty) noexcept {
    arena* const home = arena::of(empty);
    unlink(empty);
    leave(home);
    home->put(empty);
    --pools;
    enter(home);
    if (!home->is_empty()) return;
    // One empty arena stays, and as many as a quarter of the others, so that a heap whose size goes up and down does
    // not map and unmap an arena each time.
    ++empty_arenas;
    const bool is_enough = empty_arenas <= 1 + (arenas - empty_arenas) / 4;
    // Not while pools are pending: one of them may lie in this arena.
    if (!is_enough && !is_taking_remote && pending_pools.load(std::memory_order_relaxed) == nullptr) unmap(home);
  }

  void unmap(arena* empty) noexcept {
    leave(empty);
    arena::unmap(empty);
    --empty_arenas;
    --arenas;
    ++arenas_unmapped;
  }

  void enter(arena* at) noexcept {
    const std::uint32_t empty = at->empty_pools;
    at->previous = nullptr;
    at->next = with_empty[empty];
    if (at->next != nullptr) at->next->previous = at;
    with_empty[empty] = at;
    if (empty != 0) empty_counts |= std::uint64_t{1} << (empty - 1);
  }

  void leave(arena* at) noexcept {
    const std::uint32_t empty = at->empty_pools;
    if (at->next != nullptr) at->next->previous = at->previous;
    (at->previous != nullptr ? at->previous->next : with_empty[empty]) = at->next;
    if (empty != 0 && with_empty[empty] == nullptr) empty_counts &= ~(std::uint64_t{1} << (empty - 1));
  }
};

static_assert(arena::pools == 64, "empty_counts has one bit for each count");

/// The heap of a thread that has none yet: every list is empty, so that its first allocation takes the slow path.
OURO_SHARED_STATE inline constinit pool_heap no_pool_heap{};
OURO_SHARED_STATE inline constinit thread_local pool_heap* current_pool_heap = &no_pool_heap;

/// Owns the arenas that checked builds keep of private heaps that have ended.
OURO_SHARED_STATE inline constinit pool_heap ended_pool_heap{};

/// The heap that the address lies in, or null if it lies in no pool. \pre a checked build. Any address may be asked for
[[nodiscard]] inline const pool_heap* pool_heap_of(const void* at) noexcept {
  return known_arenas.has(at) ? arena::of(at)->owner : nullptr;
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
