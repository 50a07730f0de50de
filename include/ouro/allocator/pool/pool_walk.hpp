#pragma once
/// \file
/// Finds the objects of a heap without a list of them: by walking the pools that hold nothing else.
///
/// Which blocks of a pool are free stands in the pool's chains of free blocks alone. A walk over them, as in mimalloc's
/// `mi_heap_visit_blocks`, marks them on a map of bits; the others, up to the first untouched one, are used.

#include <ouro/allocator/pool/arena.hpp>
#include <ouro/allocator/pool/pool.hpp>
#include <ouro/allocator/pool/pool_heap.hpp>
#include <ouro/allocator/pool/remote_free_list.hpp>
#include <ouro/base/integer_cast.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The free blocks of one walked pool.
class free_map {
 public:
  explicit free_map(const pool& of) noexcept
      : first_{arena::blocks_of(&of)}, per_block_{((std::uint32_t{1} << shift) + of.block_size - 1) / of.block_size} {}

  /// \pre a block of the pool
  [[nodiscard]] bool is_free(const std::byte* block) const noexcept {
    const std::size_t at = index_of(block);
    return (bits_[at / 64] >> at % 64 & 1) != 0;
  }

  void add_chain(free_block* block) noexcept {
    while (block != nullptr) {
      const std::size_t at = index_of(reinterpret_cast<const std::byte*>(block));
      bits_[at / 64] |= std::uint64_t{1} << at % 64;
      block = pool::after(block);
    }
  }

 private:
  static constexpr unsigned shift = 26;
  static constexpr std::size_t most_blocks = pool::bytes / 8;

  /// Division by multiplication with the reciprocal, rounded up: exact, since offsets are below 2^15 and multiples of
  /// the block size.
  [[nodiscard]] std::size_t index_of(const std::byte* block) const noexcept {
    return integer_cast<std::size_t>(integer_cast<std::uint64_t>(block - first_) * per_block_ >> shift);
  }

  const std::byte* first_;
  std::uint32_t per_block_;
  std::uint64_t bits_[most_blocks / 64] = {};
};

/// Blocks that `walk_pools` would see. O(pools)
[[nodiscard]] inline std::size_t walkable_blocks(const pool_heap& heap) noexcept {
  std::size_t blocks = 0;
  heap.each_pool([&](const pool& each) { blocks += each.heap_walkable ? each.used() : 0; });
  return blocks;
}

/// Calls `see` with each used block of a pool, in the order of their addresses. `see` must neither allocate nor free.
/// O(blocks, free ones included). \pre no other thread has freed blocks of it that are not home yet
template <class See>
void each_used_block(const pool& of, See see) {
  free_map map{of};
  map.add_chain(of.freed);
  map.add_chain(of.quarantine);
  for (std::byte* at = arena::blocks_of(&of); at != of.untouched; at += of.block_size) {
    if (!map.is_free(at)) see(static_cast<void*>(at));
  }
}

/// Calls `see` with each used block of each walked pool, in the order of their addresses within an arena. `see` must
/// neither allocate nor free. O(blocks, free ones included)
template <class See>
void walk_pools(pool_heap& heap, See see) {
  if (&heap == &no_pool_heap) return;
  // What other threads have freed counts as used until it is home.
  heap.take_all_remote();
  heap.each_pool([&](const pool& each) {
    if (each.heap_walkable && each.used() != 0) each_used_block(each, see);
  });
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
