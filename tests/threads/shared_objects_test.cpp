#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

namespace {

using shared = ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator>;

struct counted : ouro::test::counted<counted, std::atomic<int>> {
  long payload[3] = {};
};

}  // namespace

TEST_CASE("atomic_refcount: threads that copy and drop one object leave the count exact") {
  const auto original = shared::make<counted>();
  std::vector<std::thread> threads;
  for (int i = 0; i != 4; ++i) {
    threads.emplace_back([&original] {
      for (int k = 0; k != 20'000; ++k) {
        const auto copy = original;
        const auto second = copy;
      }
    });
  }
  for (std::thread& each : threads) each.join();
  CHECK(original.use_count() == 1);
}

TEST_CASE("pool_allocator: blocks freed on another thread go back to their heap and are used again") {
  constexpr int rounds = 20;
  constexpr int objects = 5'000;
  ouro::pool_allocator::trim();  // takes in blocks that were freed before
  const auto before = ouro::pool_allocator::statistics();
  for (int round = 0; round != rounds; ++round) {
    std::vector<shared::ptr<counted>> made;
    for (int i = 0; i != objects; ++i) made.push_back(shared::make<counted>());
    std::thread{[taken = std::move(made)]() mutable { taken.clear(); }}.join();
    CHECK(counted::alive == 0);
  }
  // 5,000 blocks of 40 bytes fit in one arena: without reuse, the rounds would take four.
  CHECK(ouro::pool_allocator::statistics().arenas <= before.arenas + 1);
  ouro::pool_allocator::trim();
  CHECK(ouro::pool_allocator::statistics().used_blocks == before.used_blocks);
}

TEST_CASE_TEMPLATE(
    "managed_weak: a lock that races with the last drop gives a living object or null, never a dead one (trap 24)",
    Memory, shared, ouro::memory<ouro::biased_refcount, ouro::no_collector, ouro::pool_allocator>) {
  for (int round = 0; round != 200; ++round) {
    auto original = Memory::template make<counted>();
    const typename Memory::template weak<counted> watcher{original};
    std::barrier together{2};
    std::thread locker{[&] {
      CHECK(watcher.lock() != nullptr);
      together.arrive_and_wait();
      bool was_dead = false;
      while (const auto locked = watcher.lock()) was_dead |= counted::alive.load() != 1;
      CHECK_FALSE(was_dead);
    }};
    together.arrive_and_wait();
    original.reset();
    locker.join();
    Memory::gc::collect();  // merges the objects that the locker has queued
    CHECK(counted::alive == 0);
    CHECK(watcher.expired());
  }
}
