#pragma once
/// \file
/// The pools of one heap, in numbers.

#include <ouro/allocator/pool/arena.hpp>
#include <ouro/allocator/pool/large_blocks.hpp>
#include <ouro/allocator/pool/pool.hpp>
#include <ouro/allocator/pool/pool_heap.hpp>
#include <ouro/allocator/pool/size_class.hpp>

#include <cstddef>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// What the pools of a heap hold. Bytes, unless the name says otherwise. Blocks that another thread has freed count as
/// used until their pool takes them in.
struct pool_statistics {
  std::size_t arenas = 0;           ///< regions held from the system
  std::size_t arena_bytes = 0;      ///< their size
  std::size_t arenas_mapped = 0;    ///< regions taken from the system so far
  std::size_t arenas_unmapped = 0;  ///< regions given back so far
  std::size_t pools = 0;            ///< pools that serve a size class
  std::size_t pool_bytes = 0;       ///< their size, headers included
  std::size_t used_blocks = 0;      ///< blocks that the program has
  std::size_t used_bytes = 0;       ///< their size, rounded up to their class
  std::size_t large_blocks = 0;     ///< blocks beside the pools, which private heaps alone count
  std::size_t large_bytes = 0;      ///< their size
};

namespace detail {

/// O(pools).
[[nodiscard]] inline pool_statistics statistics_of(const pool_heap& heap) noexcept {
  pool_statistics sums;
  sums.arenas = heap.arenas;
  sums.arena_bytes = heap.arenas * arena::bytes;
  sums.arenas_mapped = heap.arenas_mapped;
  sums.arenas_unmapped = heap.arenas_unmapped;
  sums.pools = heap.pools;
  sums.pool_bytes = heap.pools * pool::bytes;
  heap.each_pool([&](const pool& each) {
    sums.used_blocks += each.used();
    sums.used_bytes += each.used() * size_class::bytes(each.index);
  });
  if (heap.large != nullptr) {
    sums.large_blocks = heap.large->blocks();
    sums.large_bytes = heap.large->bytes();
  }
  return sums;
}

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
