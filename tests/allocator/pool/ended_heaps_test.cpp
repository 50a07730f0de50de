#include <ouro/allocator/pool/known_arenas.hpp>
#include <ouro/allocator/pool/pool_allocator.hpp>
#include <ouro/heap/private_heap.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>

// Reports of blocks that are given back too late: checked/heap_misuse_test.cpp.

namespace {

using ouro::pool_allocator;

/// A block that was in use when its private heap ended.
void* block_of_ended_heap(std::size_t bytes) {
  ouro::detail::private_heap heap{std::numeric_limits<std::size_t>::max()};
  ouro::detail::private_heap::entry_token entry{};
  REQUIRE(heap.enter(entry));
  void* const block = pool_allocator::allocate(bytes, 8);
  CHECK_FALSE(pool_allocator::has_ended(block, bytes, 8));
  heap.leave(entry);
  return block;
}

/// Other builds keep nothing of a heap that has ended.
const auto in_checked_builds = doctest::skip(ouro::check_level == 0);

}  // namespace

TEST_CASE("ended_heaps: keep the arenas of the sixteen heaps that ended last" * in_checked_builds) {
  void* const block = block_of_ended_heap(64);
  for (int i = 1; i != 16; ++i) block_of_ended_heap(64);
  CHECK(ouro::detail::known_arenas.has(block));
  CHECK(pool_allocator::has_ended(block, 64, 8));
  block_of_ended_heap(64);
  CHECK_FALSE(ouro::detail::known_arenas.has(block));
}

TEST_CASE("ended_heaps: keep large blocks, and know that their heap has ended" * in_checked_builds) {
  void* const block = block_of_ended_heap(3000);
  CHECK(pool_allocator::has_ended(block, 3000, 8));
  CHECK(ouro::detail::ended_large_blocks.bytes() >= 3000);
}
