#include <ouro/heap/adapters/upstream_blocks.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <new>

using ouro::detail::upstream_blocks;

TEST_CASE("upstream_blocks: blocks go back in any order, and the rest at the end") {
  std::array<std::byte, 4096> room;
  std::pmr::monotonic_buffer_resource upstream{room.data(), room.size(), std::pmr::null_memory_resource()};
  upstream_blocks blocks{&upstream};
  CHECK(blocks.upstream() == &upstream);
  for (const std::size_t victim : {0u, 1u, 2u, 3u}) {
    std::array<void*, 4> made{};
    for (std::size_t i = 0; i != made.size(); ++i) {
      made[i] = blocks.allocate(10 * i + 1, std::size_t{1} << 2 * i);
      CHECK(reinterpret_cast<std::uintptr_t>(made[i]) % (std::size_t{1} << 2 * i) == 0);
      std::memset(made[i], 0xFF, 10 * i + 1);
    }
    CHECK(blocks.blocks() == 4);
    CHECK(blocks.bytes() == 1 + 11 + 21 + 31);
    blocks.deallocate(made[victim], 10 * victim + 1, std::size_t{1} << 2 * victim);
    CHECK(blocks.blocks() == 3);
    CHECK(blocks.bytes() == 1 + 11 + 21 + 31 - (10 * victim + 1));
    blocks.release();
    CHECK(blocks.blocks() == 0);
    CHECK(blocks.bytes() == 0);
  }
}

TEST_CASE("upstream_blocks: an upstream resource that throws leaves it as it was") {
  upstream_blocks blocks{std::pmr::null_memory_resource()};
  CHECK_THROWS_AS(static_cast<void>(blocks.allocate(1, 1)), std::bad_alloc);
  CHECK_THROWS_AS(static_cast<void>(blocks.allocate(static_cast<std::size_t>(-1), 1)), std::bad_alloc);
  CHECK(blocks.blocks() == 0);
}
