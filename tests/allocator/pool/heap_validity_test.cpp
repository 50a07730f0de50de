#include "support/damage.hpp"
#include "support/own_heap.hpp"

#include <ouro/allocator/pool/heap_validity.hpp>
#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <thread>
#include <utility>
#include <vector>

using ouro::pool_allocator;
using ouro::detail::arena;
using ouro::detail::current_pool_heap;
using ouro::detail::pool;

namespace {

struct request {
  void* block;
  std::size_t bytes;
};

void free_block(const request& made) { pool_allocator::deallocate(made.block, made.bytes, 8); }

}  // namespace

TEST_CASE_FIXTURE(ouro::test::own_heap<>,
                  "pool_heap: is valid after each of many requests and frees, by this thread and others") {
  std::mt19937 random{7};
  std::vector<request> used;
  const auto take_one = [&] {
    std::swap(used[random() % used.size()], used.back());
    const request taken = used.back();
    used.pop_back();
    return taken;
  };
  for (int round = 0; round != 4000; ++round) {
    const bool grows = round / 500 % 2 == 0;
    if (used.empty() || random() % 10 < (grows ? 7u : 3u)) {
      const std::size_t bytes = 8 + random() % 120 * 8;
      void* const block =
          random() % 3 == 0 ? pool_allocator::allocate_walkable(bytes, 8) : pool_allocator::allocate(bytes, 8);
      REQUIRE(block != nullptr);
      used.push_back({block, bytes});
    } else if (random() % 50 != 0) {
      free_block(take_one());
    } else {
      std::vector<request> remote;
      for (std::size_t i = 0; i != 20 && !used.empty(); ++i) remote.push_back(take_one());
      std::thread{[&remote] {
        for (const request& each : remote) free_block(each);
      }}.join();
    }
    if (random() % 200 == 0) pool_allocator::trim();
    if (round == 2000) current_pool_heap->end_walks();
    if (round % 16 == 0) REQUIRE(current_pool_heap->is_valid());
  }
  for (const request& each : used) free_block(each);
  CHECK(current_pool_heap->is_valid());
  pool_allocator::trim();
  CHECK(current_pool_heap->is_valid());
  CHECK(current_pool_heap->arenas == 0);
}

TEST_CASE_FIXTURE(ouro::test::own_heap<>, "pool_heap: notices each number and link that is wrong") {
  std::vector<void*> blocks;
  for (int i = 0; i != 3000; ++i) blocks.push_back(pool_allocator::allocate(64, 8));
  for (std::size_t i = 0; i < blocks.size(); i += 2) pool_allocator::deallocate(blocks[i], 64, 8);
  REQUIRE(current_pool_heap->is_valid());

  const auto notices = [](auto& field, auto wrong) {
    return ouro::test::notices_damage(field, wrong, [] { return current_pool_heap->is_valid(); });
  };
  auto& pools = *current_pool_heap;
  CHECK(notices(pools.pools, pools.pools + 1));
  CHECK(notices(pools.arenas, pools.arenas + 1));
  CHECK(notices(pools.empty_arenas, pools.empty_arenas + 1));
  CHECK(notices(pools.empty_counts, std::uint64_t{0}));

  pool& at = *pool::of(blocks[1]);
  REQUIRE(at.linked);
  CHECK(notices(at.frees_until_check, at.frees_until_check + 1));
  CHECK(notices(at.used_when_full, 1u));
  CHECK(notices(at.linked, false));
  CHECK(notices(at.retain_when_empty, !at.retain_when_empty));
  CHECK(notices(at.heap_walkable, true));
  CHECK(notices(at.untouched, at.untouched + 8));
  CHECK(notices(at.index, static_cast<std::uint16_t>(at.index + 1)));
  CHECK(notices(at.freed, static_cast<ouro::detail::free_block*>(nullptr)));
  CHECK(notices(at.previous, &at));
  CHECK(notices(at.index, static_cast<std::uint16_t>(ouro::detail::size_class::count)));
  CHECK(notices(at.block_size, static_cast<std::uint16_t>(72)));
  CHECK(notices(at.untouched, at.begin() - 8));
  auto& list = pools.linked[at.index];
  CHECK(notices(list.tail, static_cast<pool*>(nullptr)));
  CHECK(notices(list.retained, static_cast<pool*>(nullptr)));
  {
    // The pools are linked, and on no list.
    const auto right = list;
    list.head = &ouro::detail::no_pool;
    list.tail = nullptr;
    CHECK_FALSE(current_pool_heap->is_valid());
    list = right;
  }
  // Retained pools of others: of another class, and of walkable pools.
  void* const other = pool_allocator::allocate(200, 8);
  void* const walkable = pool_allocator::allocate_walkable(64, 8);
  REQUIRE(pool::of(other)->retain_when_empty);
  REQUIRE(pool::of(walkable)->retain_when_empty);
  CHECK(notices(list.retained, pool::of(other)));
  CHECK(notices(list.retained, pool::of(walkable)));
  CHECK(notices(pool::of(walkable)->linked, false));
  pool& young = *pool::of(other);
  CHECK(notices(young.untouched, young.untouched + 8));
  pool_allocator::deallocate(other, 200, 8);
  pool_allocator::deallocate(walkable, 64, 8);
  arena& home = *arena::of(&at);
  CHECK(notices(home.previous, &home));
  CHECK(notices(home.empty_pools, home.empty_pools - 1));
  CHECK(notices(home.owner, static_cast<ouro::detail::pool_heap*>(nullptr)));
  for (std::size_t i = 1; i < blocks.size(); i += 2) pool_allocator::deallocate(blocks[i], 64, 8);
}

TEST_CASE_FIXTURE(ouro::test::own_heap<>,
                  "pool_heap: notices a free list that is a ring, or leads to where no block begins") {
  using ouro::detail::free_block;
  void* const first = pool_allocator::allocate(64, 8);
  void* const second = pool_allocator::allocate(64, 8);
  pool& at = *pool::of(first);
  pool_allocator::deallocate(second, 64, 8);
  free_block* const right = at.freed;
  REQUIRE(right == second);
  REQUIRE(current_pool_heap->is_valid());
  for (std::byte* const wrong : {static_cast<std::byte*>(first) + 8, arena::blocks_of(&at) - 64, at.untouched}) {
    at.freed = reinterpret_cast<free_block*>(wrong);
    CHECK_FALSE(current_pool_heap->is_valid());
  }
  at.freed = right;
  free_block* const behind = pool::after(right);
  static_cast<void>(at.link(right, right));
  CHECK_FALSE(current_pool_heap->is_valid());
  static_cast<void>(at.link(right, behind));
  CHECK(current_pool_heap->is_valid());

  // With the right number of blocks, but on no list.
  at.linked = false;
  CHECK_FALSE(ouro::detail::is_valid(at));
  at.linked = true;
  const std::uint16_t index = std::exchange(at.index, static_cast<std::uint16_t>(ouro::detail::size_class::count));
  CHECK_FALSE(ouro::detail::is_valid(at));
  at.index = index;
  CHECK(current_pool_heap->is_valid());
  pool_allocator::deallocate(first, 64, 8);
}
