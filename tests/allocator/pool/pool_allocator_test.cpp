#include "support/blocks.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <limits>
#include <random>
#include <thread>
#include <utility>
#include <vector>

using ouro::pool_allocator;
using ouro::test::blocks;

TEST_CASE("pool_allocator: a freed block is the next one of its class, and of no other") {
  void* const first = pool_allocator::allocate(40, 8);
  void* const second = pool_allocator::allocate(40, 8);
  pool_allocator::deallocate(first, 40, 8);
  void* const other_class = pool_allocator::allocate(48, 8);
  CHECK(other_class != first);
  void* const again = pool_allocator::allocate(33, 8);
  CHECK(again == first);
  pool_allocator::deallocate(again, 33, 8);
  pool_allocator::deallocate(second, 40, 8);
  pool_allocator::deallocate(other_class, 48, 8);
}

TEST_CASE("pool_allocator: statistics are exact, in blocks and in bytes of their class") {
  const auto before = pool_allocator::statistics();
  blocks<pool_allocator> all;
  for (int i = 0; i != 100; ++i) all.add(20, 8);   // of 24
  for (int i = 0; i != 10; ++i) all.add(20, 32);   // of 32
  for (int i = 0; i != 10; ++i) all.add(512, 8);   // of 512
  for (int i = 0; i != 10; ++i) all.add(1025, 8);  // the system's
  const auto now = pool_allocator::statistics();
  CHECK(now.used_blocks - before.used_blocks == 120);
  CHECK(now.used_bytes - before.used_bytes == 100 * 24 + 10 * 32 + 10 * 512);
  CHECK(now.arena_bytes == now.arenas * pool_allocator::arena_bytes);
  all.clear();
  CHECK(pool_allocator::statistics().used_bytes == before.used_bytes);
}

TEST_CASE("pool_allocator: an empty pool serves other classes, an empty arena goes back to the system") {
  pool_allocator::trim();
  const auto before = pool_allocator::statistics();
  {
    blocks<pool_allocator> all;
    for (int i = 0; i != 100'000; ++i) all.add(64, 8);
    const auto full = pool_allocator::statistics();
    CHECK(full.arenas - before.arenas >= 100'000 * 64 / pool_allocator::arena_bytes);
    all.clear();
    for (int i = 0; i != 30'000; ++i) all.add(200, 8);
    CHECK(pool_allocator::statistics().arenas <= full.arenas);
  }
  const auto after = pool_allocator::statistics();
  CHECK(after.arenas <= before.arenas + 3);  // one is kept, and the last pool of each of two classes
  CHECK(after.arenas_mapped - after.arenas_unmapped == after.arenas);
  pool_allocator::trim();
  CHECK(pool_allocator::statistics().arenas <= before.arenas);
}

TEST_CASE(
    "pool_allocator: a full pool that gets blocks back goes behind the others, and hands out the last freed first") {
  constexpr std::size_t bytes = 504;
  constexpr std::size_t in_a_pool = pool_allocator::pool_bytes / bytes;
  std::vector<void*> all;
  for (std::size_t i = 0; i != 5 * in_a_pool; ++i) all.push_back(pool_allocator::allocate(bytes, 8));
  // Neither of the first pool, in which other tests may have blocks, nor of the last, which serves requests.
  const auto free = [&](std::size_t pool, std::size_t block) {
    void*& at = all[(pool * in_a_pool) + in_a_pool / 2 + block];
    pool_allocator::deallocate(at, bytes, 8);
    return std::exchange(at, nullptr);
  };
  void* const freed[] = {free(2, 0), free(1, 0), free(2, 1), free(1, 1)};
  std::vector<void*> again;
  while (again.size() < 2 * in_a_pool && (again.empty() || again.back() != freed[1])) {
    again.push_back(pool_allocator::allocate(bytes, 8));
  }
  REQUIRE(again.size() >= 4);
  CHECK(again[again.size() - 4] == freed[2]);
  CHECK(again[again.size() - 3] == freed[0]);
  CHECK(again[again.size() - 2] == freed[3]);
  CHECK(again[again.size() - 1] == freed[1]);
  for (void* const each : all) {
    if (each != nullptr) pool_allocator::deallocate(each, bytes, 8);
  }
  for (void* const each : again) pool_allocator::deallocate(each, bytes, 8);
}

TEST_CASE("pool_allocator: one object made and dropped again and again maps no memory") {
  pool_allocator::deallocate(pool_allocator::allocate(328, 8), 328, 8);
  const auto before = pool_allocator::statistics();
  for (int i = 0; i != 1000; ++i) pool_allocator::deallocate(pool_allocator::allocate(328, 8), 328, 8);
  CHECK(pool_allocator::statistics().arenas_mapped == before.arenas_mapped);
}

TEST_CASE("pool_allocator: a random history keeps every block as it was written (trap 69)") {
  struct block {
    unsigned char* at;
    std::size_t bytes;
    unsigned char written;
  };
  const unsigned seed = 20'260'101;
  std::mt19937 random{seed};
  const auto before = pool_allocator::statistics();
  std::vector<block> all;
  std::size_t used = 0;
  const auto round_up = [](std::size_t bytes) { return (bytes + 7) / 8 * 8; };
  for (int i = 0; i != 200'000; ++i) {
    // Grows to some thousands of blocks and shrinks again, so that pools and arenas fill and empty.
    const bool grows = (i / 20'000) % 2 == 0;
    if (all.empty() || random() % 100 < (grows ? 70u : 30u)) {
      const std::size_t bytes = 1 + random() % pool_allocator::largest_block;
      auto* const made = static_cast<unsigned char*>(pool_allocator::allocate(bytes, 8));
      const auto written = static_cast<unsigned char>(random());
      std::memset(made, written, bytes);
      all.push_back({made, bytes, written});
      used += round_up(bytes);
    } else {
      std::swap(all[random() % all.size()], all.back());
      const block gone = all.back();
      all.pop_back();
      // One assertion a block: one a byte takes minutes where nothing is optimised.
      REQUIRE(std::all_of(gone.at, gone.at + gone.bytes, [&](unsigned char each) { return each == gone.written; }));
      pool_allocator::deallocate(gone.at, gone.bytes, 8);
      used -= round_up(gone.bytes);
    }
    if (i % 10'000 == 0) REQUIRE(pool_allocator::statistics().used_bytes - before.used_bytes == used);
  }
  for (const block& each : all) pool_allocator::deallocate(each.at, each.bytes, 8);
  CHECK(pool_allocator::statistics().used_blocks == before.used_blocks);
}

TEST_CASE("pool_allocator: the heap of a thread that ended is taken over by the next one") {
  pool_allocator::trim();  // takes in blocks that earlier tests have freed
  void* left = nullptr;
  std::size_t used_before = 99;  // blocks of others: the thread may have taken over a heap
  std::thread{[&] {
    left = pool_allocator::allocate(72, 8);
    pool_allocator::trim();
    used_before = pool_allocator::statistics().used_blocks - 1;
  }}.join();
  pool_allocator::deallocate(left, 72, 8);
  pool_allocator::trim();  // gives the waiting block back, though the heap has no thread
  std::size_t used_by_heir = 0;
  std::thread{[&used_by_heir] {
    pool_allocator::deallocate(pool_allocator::allocate(72, 8), 72, 8);
    pool_allocator::trim();
    used_by_heir = pool_allocator::statistics().used_blocks;
  }}.join();
  CHECK(used_by_heir == used_before);
}

TEST_CASE(
    "pool_allocator: freed blocks, and what is left of used ones, are poisoned under AddressSanitizer (trap 67)") {
#if OURO_HAS_ASAN
  auto* const block = static_cast<char*>(pool_allocator::allocate(37, 1));  // of 40
  for (int i = 0; i != 37; ++i) REQUIRE_FALSE(__asan_address_is_poisoned(block + i));
  for (int i = 37; i != 40; ++i) REQUIRE(__asan_address_is_poisoned(block + i));
  pool_allocator::deallocate(block, 37, 1);
  for (int i = 0; i != 40; ++i) REQUIRE(__asan_address_is_poisoned(block + i));
#endif
}

TEST_CASE("pool_allocator: a request that no address space could hold is refused") {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  CHECK(pool_allocator::allocate(most, 8) == nullptr);
  CHECK(pool_allocator::allocate(most - 4, 4096) == nullptr);
  CHECK_FALSE(pool_allocator::walks(most, 8));
  CHECK(pool_allocator::walks(pool_allocator::largest_block, 8));
}

TEST_CASE("pool_allocator, heap: a thread that has allocated nothing has nothing to trim") {
  std::thread{[] {
    pool_allocator::trim();
    ouro::heap::current().trim();
    CHECK(pool_allocator::statistics().arenas == 0);
    CHECK(ouro::heap::current().limit() == ouro::heap::unlimited);
  }}.join();
}

namespace {

/// Is destroyed after the thread has abandoned its heap.
struct late {
  static inline bool served = false;
  ~late() {
    void* const first = pool_allocator::allocate(32, 8);
    void* const second = pool_allocator::allocate(700, 8);
    served = first != nullptr && second != nullptr && first != second;
    pool_allocator::deallocate(second, 700, 8);
    pool_allocator::deallocate(first, 32, 8);
  }
};

thread_local late last_wish;

}  // namespace

TEST_CASE("pool_allocator: a thread may allocate after the end of its heap (trap 61)") {
  std::thread{[] {
    late* volatile const constructed_first = &last_wish;
    static_cast<void>(constructed_first);
    pool_allocator::deallocate(pool_allocator::allocate(32, 8), 32, 8);
  }}.join();
  CHECK(late::served);
}
