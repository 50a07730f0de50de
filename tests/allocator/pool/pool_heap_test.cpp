#include "support/own_heap.hpp"

#include <ouro/allocator/pool/heap_validity.hpp>
#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <thread>
#include <utility>
#include <vector>

// Whether a heap notices what is wrong in it: heap_validity_test.cpp.

using ouro::pool_allocator;
using ouro::detail::arena;
using ouro::detail::current_pool_heap;
using ouro::detail::pool;

TEST_CASE_FIXTURE(ouro::test::own_heap<>, "pool_heap: keeps one empty arena, and a quarter as many as are in use") {
  constexpr std::size_t bytes = 1024;
  std::vector<void*> used;
  while (current_pool_heap->arenas != 12) used.push_back(pool_allocator::allocate(bytes, 8));
  std::size_t most_empty = 0;
  while (!used.empty()) {
    pool_allocator::deallocate(used.back(), bytes, 8);
    used.pop_back();
    most_empty = std::max(most_empty, current_pool_heap->empty_arenas);
  }
  // The third one became empty beside nine in use.
  CHECK(most_empty == 3);
  CHECK(current_pool_heap->arenas <= 1 + most_empty);
  CHECK(current_pool_heap->is_valid());
}

TEST_CASE_FIXTURE(ouro::test::own_heap<>,
                  "pool_heap: blocks that another thread has freed are handed out before a pool is opened") {
  constexpr std::size_t bytes = 512;
  std::vector<void*> used;
  while (current_pool_heap->pools != 4) used.push_back(pool_allocator::allocate(bytes, 8));
  // The fourth pool serves requests. The others are full.
  pool* const full = pool::of(used[0]);
  REQUIRE_FALSE(full->linked);
  CHECK(current_pool_heap->is_valid());
  for (auto* const number : {&full->frees_until_check, &full->used_when_full}) {
    // The number of used blocks stays right.
    --*number;
    ++*(number == &full->frees_until_check ? &full->used_when_full : &full->frees_until_check);
    CHECK_FALSE(current_pool_heap->is_valid());
    ++*number;
    --*(number == &full->frees_until_check ? &full->used_when_full : &full->frees_until_check);
  }
  std::vector<void*> remote;
  for (void*& each : used) {
    if (pool::of(each) == full) remote.push_back(std::exchange(each, nullptr));
  }
  REQUIRE(remote.size() > 8);
  std::thread{[&remote] {
    for (void* const each : remote) pool_allocator::deallocate(each, bytes, 8);
  }}.join();
  const std::size_t room = arena::capacity_of(*pool::of(used.back()));
  for (std::size_t i = 0; i != room - 1 + remote.size(); ++i) used.push_back(pool_allocator::allocate(bytes, 8));
  CHECK(current_pool_heap->pools == 4);
  used.push_back(pool_allocator::allocate(bytes, 8));
  CHECK(current_pool_heap->pools == 5);
  for (void* const each : used) {
    if (each != nullptr) pool_allocator::deallocate(each, bytes, 8);
  }
}

TEST_CASE_FIXTURE(ouro::test::own_heap<>,
                  "pool_heap: an arena whose last blocks another thread has freed is not in use") {
  void* const blocks[] = {pool_allocator::allocate(64, 8), pool_allocator::allocate(64, 8),
                          pool_allocator::allocate(800, 8)};
  std::thread{[&blocks] {
    pool_allocator::deallocate(blocks[0], 64, 8);
    pool_allocator::deallocate(blocks[1], 64, 8);
    pool_allocator::deallocate(blocks[2], 800, 8);
  }}.join();
  int given = 0;
  current_pool_heap->give_arenas_in_use([&given](arena*) { ++given; });
  CHECK(given == 0);
}
