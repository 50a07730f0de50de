#pragma once
/// \file
/// An arena: 2 MiB from the system, at a multiple of that, cut into pools. It goes back to the system when every pool
/// in it is empty.
///
/// ```
///   ┌──────────────────┬───────┬─────────────┬────────┬─────┬─────────┐
///   │ headers of pools │ arena │ rest of     │ pool 1 │ ... │ pool 63 │
///   │ 64 of 64 bytes   │ 1.2 K │ pool 0      │        │     │         │
///   └──────────────────┴───────┴─────────────┴────────┴─────┴─────────┘
/// ```

#include <ouro/allocator/pool/known_arenas.hpp>
#include <ouro/allocator/pool/pool.hpp>
#include <ouro/allocator/pool/track.hpp>
#include <ouro/base/system_memory.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>
#include <new>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

struct pool_heap;

struct alignas(size_class::strictest_alignment) arena {
  static constexpr std::uint32_t pools = pool::per_arena;
  static constexpr std::size_t bytes = pool::arena_bytes;

  /// Only the thread of this heap may use the arena; other threads add freed blocks to `remote_frees`. On a line of its
  /// own, which all threads read.
  pool_heap* owner;
  alignas(size_class::strictest_alignment) remote_free_list remote_frees[pools];  ///< of each pool

  alignas(size_class::strictest_alignment) pool* returned;  ///< empty pools that have been open before
  std::uint32_t unopened;     ///< pools [pools - unopened, pools) were never open: their pages are not in memory
  std::uint32_t empty_pools;  ///< |returned| + unopened
  arena* next;                ///< in the heap's list of arenas with as many empty pools
  arena* previous;

  /// A new arena with every pool empty; null when the system has no memory. `huge`: on one huge page if there is one.
  [[nodiscard]] static arena* map(pool_heap* owner, bool huge) noexcept {
    void* const pages = map_pages(bytes, bytes);
    if (pages == nullptr) return nullptr;
    if constexpr (check_level >= 1) {
      if (!known_arenas.add(pages)) {
        unmap_pages(pages, bytes, bytes);
        return nullptr;
      }
    }
    if (huge) advise_huge(pages, bytes);
    track::mapped(pages, bytes);
    void* const memory = static_cast<std::byte*>(pages) + pools * sizeof(pool);
    return ::new (memory) arena{owner, {}, nullptr, pools, pools, nullptr, nullptr};
  }

  /// Back to the system. \pre `is_empty()`, and the arena is on no list
  static void unmap(arena* gone) noexcept {
    end_tracking(gone);
    unmap_untracked(gone);
  }

  /// From now on debugging tools know no block in it.
  static void end_tracking(arena* ended) noexcept { track::unmapped(ended->base(), bytes); }

  /// \pre `end_tracking` has been called, and the arena is on no list
  static void unmap_untracked(arena* gone) noexcept {
    std::byte* const pages = gone->base();
    if constexpr (check_level >= 1) known_arenas.remove(pages);
    unmap_pages(pages, bytes, bytes);
  }

  /// That of a pool, or of a block.
  [[nodiscard]] OURO_ALWAYS_INLINE static arena* of(const void* at) noexcept {
    return reinterpret_cast<arena*>(base_of(at) + pools * sizeof(pool));
  }

  /// Where the arena of a pool, or of a block, begins.
  [[nodiscard]] OURO_ALWAYS_INLINE static std::byte* base_of(const void* at) noexcept {
    return reinterpret_cast<std::byte*>(reinterpret_cast<std::uintptr_t>(at) & ~(std::uintptr_t{bytes} - 1));
  }

  [[nodiscard]] bool is_empty() const noexcept { return empty_pools == pools; }

  [[nodiscard]] pool* at(std::uint32_t index) const noexcept { return reinterpret_cast<pool*>(base()) + index; }

  /// The pool with this number, or null if it is empty.
  [[nodiscard]] pool* used_pool(std::uint32_t index) const noexcept {
    if (index >= pools - unopened) return nullptr;
    pool* const here = at(index);
    return here->used() != 0 || here->linked ? here : nullptr;
  }

  /// Blocks that a pool that is not empty has room for.
  [[nodiscard]] static std::size_t capacity_of(const pool& of) noexcept {
    return static_cast<std::size_t>(of.begin() + pool::bytes - blocks_of(&of)) / of.block_size;
  }

  /// Where the blocks of a pool begin.
  [[nodiscard]] static std::byte* blocks_of(const pool* at) noexcept {
    std::byte* const begin = at->begin();
    // The arena's first pool has the headers in front of its blocks.
    return reinterpret_cast<const std::byte*>(at) == begin ? begin + front : begin;
  }

  /// Whether a block begins there. \pre the address lies in an arena. Thread-safe where a block is in use there
  [[nodiscard]] static bool begins_block(const void* at) noexcept {
    const pool* const home = pool::of(at);
    const std::byte* const first = blocks_of(home);
    const auto* const block = static_cast<const std::byte*>(at);
    return home->block_size != 0 && block >= first && static_cast<std::size_t>(block - first) % home->block_size == 0;
  }

  /// \pre `empty_pools > 0`
  [[nodiscard]] pool* take() noexcept {
    --empty_pools;
    if (pool* const again = returned; again != nullptr) {
      returned = again->next;
      return again;
    }
    auto* const first = ::new (static_cast<void*>(at(pools - unopened))) pool{};
    --unopened;
    std::byte* const blocks = blocks_of(first);
    track::hide(blocks, static_cast<std::size_t>(first->begin() + pool::bytes - blocks));
    return first;
  }

  /// \pre the pool came from `take`, none of its blocks is used, and it is not linked
  void put(pool* back) noexcept {
    back->next = returned;
    returned = back;
    ++empty_pools;
  }

 private:
  [[nodiscard]] std::byte* base() const noexcept { return base_of(this); }

  static const std::size_t front;  ///< bytes of headers
};

inline constexpr std::size_t arena::front = pools * sizeof(pool) + sizeof(arena);

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
