#include <ouro/allocator/pool/own_pools.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <random>
#include <utility>
#include <vector>

using ouro::detail::own_pools;
using ouro::detail::size_class;

TEST_CASE("own_pools: are valid after random requests, and when all memory has been released") {
  own_pools pools;
  CHECK(pools.is_valid());
  std::mt19937 random{3};
  for (int turn = 0; turn != 2; ++turn) {
    std::vector<std::pair<void*, std::size_t>> held;
    for (int i = 0; i != 10'000; ++i) {
      if (random() % 8 < 5 || held.empty()) {
        const std::size_t bytes = random() % size_class::largest + 1;
        held.emplace_back(pools.allocate(bytes, 8), bytes);
        REQUIRE(held.back().first != nullptr);
      } else {
        std::swap(held[random() % held.size()], held.back());
        pools.deallocate(held.back().first, held.back().second, 8, "test");
        held.pop_back();
      }
    }
    CHECK(pools.is_valid());
    CHECK(pools.statistics().used_blocks == held.size());
    CHECK(pools.statistics().arenas >= 1);
    if (turn == 0) {
      for (const auto& [block, bytes] : held) pools.deallocate(block, bytes, 8, "test");
      CHECK(pools.is_valid());
      CHECK(pools.statistics().used_blocks == 0);
    }
    pools.release();
    CHECK(pools.is_valid());
    CHECK(pools.statistics().arenas == 0);
  }
}
