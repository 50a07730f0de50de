#pragma once
/// \file
/// The blocks of one pool that other threads have freed.
///
/// A chain of blocks and its length in one atomic word, like `xthread_free` in mimalloc (Leijen, Zorn, de Moura,
/// "Mimalloc: Free List Sharding in Action", 2019). A thread adds a chain by one compare-and-swap. The owner takes the
/// whole list by one exchange, without reading the blocks, when the pool has no other block left. The first thread that
/// adds to an empty list pushes the pool on the stack of pending pools of its heap. Lock-free; O(1) apart from repeated
/// attempts when threads add at the same moment.

#include <ouro/base/integer_cast.hpp>
#include <ouro/config.hpp>

#include <atomic>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

struct pool;

/// A free block holds the link to the next one.
struct OURO_MAY_ALIAS free_block {
  free_block* next;
};

class remote_free_list {
 public:
  struct chain {
    free_block* first;
    std::uint32_t blocks;
  };

  pool* next = nullptr;  ///< the next on the heap's stack of pending pools; written by the thread that has set
                         ///< `pending`, then by the owner

  /// Adds a chain to the front. `add_pending()` pushes the pool on its heap's stack. `relink(block, next)` links the
  /// last block of the chain. The pool may be gone when this returns: the owner frees it as soon as it has all blocks.
  template <class AddPending, class Relink>
  void put(free_block* first, free_block* last, std::uint32_t blocks, AddPending add_pending, Relink relink) noexcept {
    // relaxed: the exchange that succeeds orders memory.
    std::uint64_t seen = word_.load(std::memory_order_relaxed);
    for (;;) {
      if ((seen & pending) == 0) {
        // acquire: the owner has read `next` before it cleared the bit.
        if (word_.compare_exchange_weak(seen, seen | pending, std::memory_order_acquire, std::memory_order_relaxed))
          add_pending();
        seen = word_.load(std::memory_order_relaxed);
        continue;
      }
      relink(last, first_of(seen));
      const std::uint64_t wanted = pack(first, blocks_of(seen) + blocks) | pending;
      // release: the thread that takes the chain sees its links, and what the program did with the blocks before.
      if (word_.compare_exchange_weak(seen, wanted, std::memory_order_release, std::memory_order_relaxed)) return;
    }
  }

  /// Takes all blocks. A pending pool stays pending. \pre called by the owner
  [[nodiscard]] chain take() noexcept {
    // acquire: pairs with the release of `put`.
    const std::uint64_t seen = word_.fetch_and(pending, std::memory_order_acquire);
    return {first_of(seen), blocks_of(seen)};
  }

  /// \pre called by the owner, which has taken the pool off the stack of pending pools
  void clear_pending() noexcept {
    // release: `next` was read before the thread that sets the bit again writes it.
    word_.fetch_and(~pending, std::memory_order_release);
  }

 private:
  // An address is below 2^48. A pool has fewer than 2^15 blocks.
  static constexpr std::uint64_t pending = 1;
  static constexpr unsigned count_shift = 1;
  static constexpr unsigned address_shift = 16;

  [[nodiscard]] static std::uint64_t pack(free_block* first, std::uint32_t blocks) noexcept {
    const std::uint64_t address{reinterpret_cast<std::uintptr_t>(first)};
    return address << address_shift | std::uint64_t{blocks} << count_shift;
  }
  [[nodiscard]] static free_block* first_of(std::uint64_t word) noexcept {
    return reinterpret_cast<free_block*>(integer_cast<std::uintptr_t>(word >> address_shift));
  }
  [[nodiscard]] static std::uint32_t blocks_of(std::uint64_t word) noexcept {
    return static_cast<std::uint32_t>(word & ((std::uint64_t{1} << address_shift) - 1)) >> count_shift;
  }

  std::atomic<std::uint64_t> word_{0};
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
