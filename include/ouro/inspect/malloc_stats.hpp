#pragma once
/// \file
/// A text about the pools of the calling thread: CPython's `sys._debugmallocstats`.

#include <ouro/allocator/pool/arena.hpp>
#include <ouro/allocator/pool/pool.hpp>
#include <ouro/allocator/pool/pool_allocator.hpp>
#include <ouro/allocator/pool/pool_heap.hpp>
#include <ouro/allocator/pool/size_class.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// A table of the size classes, the fragmentation, and a map of the arenas. In the map each pool is one character: a
/// dot if it has no used block, a digit for the tenths that are used, a hash sign if it is full. O(arenas).
/// \throws std::bad_alloc
/// A template, so that only programs that call it compile it.
template <class Text = std::string>
[[nodiscard]] Text debug_malloc_stats() {
  using detail::arena;
  using detail::pool;
  using detail::size_class;
  const detail::pool_heap& pools = *detail::current_pool_heap;
  Text text;
  const auto print = [&text](const char* format, auto... values) {
    char line[160];
    std::snprintf(line, sizeof line, format, values...);
    text += line;
  };

  struct class_sums {
    std::size_t pools = 0;
    std::size_t used = 0;
    std::size_t blocks = 0;
  };
  std::vector<class_sums> sums(size_class::count);
  Text map;
  pools.each_arena([&](const arena& at) {
    for (std::uint32_t i = 0; i != arena::pools; ++i) {
      const pool* const here = at.used_pool(i);
      if (here == nullptr) {
        map += '.';
        continue;
      }
      const std::size_t blocks = arena::capacity_of(*here);
      map += here->used() == blocks ? '#' : "0123456789"[std::size_t{10} * here->used() / blocks];
      class_sums& of = sums[here->index];
      ++of.pools;
      of.used += here->used();
      of.blocks += blocks;
    }
    map += '\n';
  });

  print("%6s %8s %10s %10s %14s\n", "bytes", "pools", "used", "free", "used bytes");
  std::size_t used_bytes = 0;
  std::size_t free_bytes = 0;
  for (std::uint32_t index = 0; index != size_class::count; ++index) {
    const class_sums& of = sums[index];
    if (of.pools == 0) continue;
    const std::size_t bytes = size_class::bytes(index);
    used_bytes += of.used * bytes;
    free_bytes += (of.blocks - of.used) * bytes;
    print("%6zu %8zu %10zu %10zu %14zu\n", bytes, of.pools, of.used, of.blocks - of.used, of.used * bytes);
  }
  print("%zu bytes in used blocks, %zu in free blocks of used pools", used_bytes, free_bytes);
  if (used_bytes + free_bytes != 0) {
    print(": %.1f %% fragmented",
          100.0 * static_cast<double>(free_bytes) / static_cast<double>(used_bytes + free_bytes));
  }
  print("\n%zu arenas of %zu bytes, %zu mapped and %zu unmapped so far\n", pools.arenas, arena::bytes,
        pools.arenas_mapped, pools.arenas_unmapped);
  return text + map;
}

}  // namespace ouro

#include <ouro/macros/restore.hpp>
