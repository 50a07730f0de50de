#include "support/own_heap.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>

namespace {

using ouro::pool_allocator;

ouro::pool_statistics now() { return ouro::detail::statistics_of(*ouro::detail::current_pool_heap); }

}  // namespace

TEST_CASE_FIXTURE(ouro::test::own_heap<>, "pool_statistics: count pools, blocks and large blocks of their heap alone") {
  CHECK(now().arenas == 0);
  void* const small[] = {pool_allocator::allocate(20, 8), pool_allocator::allocate(24, 8),
                         pool_allocator::allocate(17, 8)};
  void* const wide = pool_allocator::allocate(500, 8);
  void* const large = pool_allocator::allocate(3000, 8);
  const auto full = now();
  CHECK(full.arenas == 1);
  CHECK(full.arena_bytes == pool_allocator::arena_bytes);
  CHECK(full.arenas_mapped - full.arenas_unmapped == 1);
  CHECK(full.pools == 2);
  CHECK(full.pool_bytes == 2 * pool_allocator::pool_bytes);
  CHECK(full.used_blocks == 4);
  CHECK(full.used_bytes == 3 * 24 + 504);
  CHECK(full.large_blocks == 1);
  CHECK(full.large_bytes == 3000);
  for (void* const each : small) pool_allocator::deallocate(each, 24, 8);
  pool_allocator::deallocate(wide, 500, 8);
  pool_allocator::deallocate(large, 3000, 8);
  CHECK(now().used_blocks == 0);
  CHECK(now().used_bytes == 0);
  CHECK(now().large_blocks == 0);
  CHECK(now().large_bytes == 0);
  pool_allocator::trim();
  CHECK(now().arenas == 0);
  CHECK(now().arenas_unmapped == now().arenas_mapped);
}
