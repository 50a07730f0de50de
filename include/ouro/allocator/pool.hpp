#pragma once
/// \file
/// A pool: 32 KiB of blocks of one size class, with its header in front of them.
///
/// A block is *used* (the program has it), *freed* (on the pool's free list) or *untouched* (beyond `untouched`, never
/// handed out: its page is not even in memory). A pool is
/// - *linked*: it has a block to give and is on its class's list in the heap;
/// - *full*: no block is left, it is on no list, its neighbours are meaningless;
/// - *spare*: no block is used, it belongs to its arena, its class is meaningless.
/// The states and their names are those of CPython's obmalloc.c.

#include <ouro/allocator/size_class.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>

namespace ouro::detail {

struct pool_heap;
struct arena;

/// A free block holds the link to the next one.
struct [[gnu::may_alias]] free_block {
  free_block* next;
};

struct alignas(size_class::strictest_alignment) pool {
  static constexpr std::size_t bytes = std::size_t{32} << 10;
  /// Blocks made ready at a time: enough to amortise the call, few enough not to touch pages that nobody asked for.
  static constexpr std::size_t carve_bytes = 1024;

  free_block* freed;     ///< the last block freed comes out first, its cache line is the warmest
  std::uint32_t used;    ///< blocks that the program has; used + |freed| + |untouched| == capacity
  std::uint16_t index;   ///< the size class
  bool linked;           ///< on the list of its class
  std::byte* untouched;  ///< first block never handed out
  std::byte* end;        ///< behind the last whole block
  pool_heap* owner;      ///< whose thread may use this header; all others leave blocks at the owner's door
  pool* next;            ///< the next linked pool of the class, or the next spare pool of the arena
  pool* previous;        ///< null at the head of the list
  arena* home;

  [[nodiscard]] static pool* of(const void* block) noexcept {
    return reinterpret_cast<pool*>(reinterpret_cast<std::uintptr_t>(block) & ~(std::uintptr_t{bytes} - 1));
  }

  /// Makes a spare pool one of class `size`, with every block untouched.
  void open(std::uint32_t size, pool_heap* by) noexcept {
    const std::size_t block = size_class::bytes(size);
    auto* const begin = reinterpret_cast<std::byte*>(this) + sizeof(pool);
    freed = nullptr;
    used = 0;
    index = static_cast<std::uint16_t>(size);
    linked = false;
    untouched = begin;
    end = begin + (bytes - sizeof(pool)) / block * block;
    owner = by;
  }

  [[nodiscard]] bool is_exhausted() const noexcept { return freed == nullptr && untouched == end; }

  /// Moves some untouched blocks to the free list. \pre `untouched != end` \post `freed != nullptr`
  void carve() noexcept {
    const std::size_t block = size_class::bytes(index);
    const auto left = static_cast<std::size_t>(end - untouched);
    std::size_t take = carve_bytes / block * block;
    if (take > left) take = left;
    // Links them from the back, so that they are handed out in the order of their addresses.
    for (std::byte* at = untouched + take; at != untouched;) {
      at -= block;
      push(at);
    }
    untouched += take;
  }

  OURO_ALWAYS_INLINE void push(void* block) noexcept {
    end_storage_use(block);
    if constexpr (has_asan) unpoison(block, sizeof(free_block));
    auto* const link = static_cast<free_block*>(block);
    link->next = freed;
    freed = link;
    if constexpr (has_asan) poison(block, size_class::bytes(index));
  }

  /// \pre `freed != nullptr`
  OURO_ALWAYS_INLINE void* pop() noexcept {
    free_block* const block = freed;
    if constexpr (has_asan) unpoison(block, size_class::bytes(index));
    freed = block->next;
    return block;
  }
};

static_assert(sizeof(pool) % size_class::strictest_alignment == 0);

}  // namespace ouro::detail
