// Blocks that are freed on another thread than the one of their heap: none is lost, handed out twice, or kept for long.

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstring>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <vector>

using ouro::pool_allocator;

namespace {

struct block {
  unsigned char* at;
  std::size_t bytes;
  unsigned char written;

  static block make(std::size_t bytes, unsigned char written) {
    auto* const at = static_cast<unsigned char*>(pool_allocator::allocate(bytes, 8));
    REQUIRE(at != nullptr);
    std::memset(at, written, bytes);
    return {at, bytes, written};
  }

  /// False if another owner of the block has written to it.
  [[nodiscard]] bool free() const {
    for (std::size_t i = 0; i != bytes; ++i) {
      if (at[i] != written) return false;
    }
    pool_allocator::deallocate(at, bytes, 8);
    return true;
  }
};

/// Where threads leave blocks for each other.
class exchange {
 public:
  void put(std::vector<block>&& left) {
    const std::lock_guard lock{mutex_};
    all_.push_back(std::move(left));
  }

  std::vector<block> take() {
    const std::lock_guard lock{mutex_};
    if (all_.empty()) return {};
    std::vector<block> taken = std::move(all_.back());
    all_.pop_back();
    return taken;
  }

 private:
  std::mutex mutex_;
  std::vector<std::vector<block>> all_;
};

/// Used blocks of all heaps whose threads have ended: as many threads as there were take them over at once.
std::size_t used_by_heirs(std::size_t heirs) {
  std::atomic<std::size_t> waiting{heirs};
  std::atomic<std::size_t> used{0};
  std::vector<std::thread> all;
  for (std::size_t i = 0; i != heirs; ++i) {
    all.emplace_back([&] {
      pool_allocator::deallocate(pool_allocator::allocate(16, 8), 16, 8);
      --waiting;
      while (waiting != 0) std::this_thread::yield();
      pool_allocator::trim();
      used += pool_allocator::statistics().used_blocks;
    });
  }
  for (std::thread& each : all) each.join();
  return used;
}

}  // namespace

TEST_CASE("remote frees: in a random history of threads that come and go no block is lost or given out twice") {
  constexpr std::size_t threads = 4;
  constexpr int generations = 6;
  constexpr int turns = 300;
  pool_allocator::trim();  // sends home what this thread has freed in earlier tests
  REQUIRE(used_by_heirs(threads) == 0);
  exchange between;
  std::atomic<bool> spoilt{false};
  for (int generation = 0; generation != generations; ++generation) {
    std::vector<std::thread> all;
    for (std::size_t t = 0; t != threads; ++t) {
      all.emplace_back([&, seed = generation * 100 + static_cast<int>(t)] {
        std::mt19937 random{static_cast<unsigned>(seed)};
        for (int turn = 0; turn != turns; ++turn) {
          std::vector<block> made;
          for (std::size_t i = random() % 100; i != 0; --i) {
            made.push_back(block::make(8 + random() % 600, static_cast<unsigned char>(random())));
          }
          std::vector<block> taken = between.take();
          between.put(std::move(made));
          for (const block& each : taken) {
            if (!each.free()) spoilt = true;
          }
        }
      });
    }
    for (std::thread& each : all) each.join();
  }
  for (std::vector<block> left = between.take(); !left.empty(); left = between.take()) {
    for (const block& each : left) CHECK(each.free());
  }
  // Empty lists may lie between full ones.
  for (int i = 0; i != generations * turns; ++i) {
    for (const block& each : between.take()) CHECK(each.free());
  }
  pool_allocator::trim();
  CHECK_FALSE(spoilt);
  CHECK(used_by_heirs(threads) == 0);
}

TEST_CASE("remote frees: blocks that one thread allocates and another frees are used again") {
  constexpr std::size_t rounds = 200;
  constexpr std::size_t in_a_round = 1000;
  std::vector<void*> passed(in_a_round);
  std::atomic<std::size_t> made{0};
  std::atomic<std::size_t> freed{0};
  std::thread consumer{[&] {
    for (std::size_t round = 1; round <= rounds; ++round) {
      while (made < round) std::this_thread::yield();
      for (void* const each : passed) pool_allocator::deallocate(each, 64, 8);
      freed = round;
    }
  }};
  const std::size_t before = pool_allocator::statistics().pools;
  std::size_t most = 0;
  for (std::size_t round = 1; round <= rounds; ++round) {
    for (void*& each : passed) each = pool_allocator::allocate(64, 8);
    most = std::max(most, pool_allocator::statistics().pools - before);
    made = round;
    while (freed < round) std::this_thread::yield();
  }
  consumer.join();
  // One round, what waits at the consumer, and a pool or two that are not full.
  CHECK(most * pool_allocator::pool_bytes <= in_a_round * 64 + 64 * 4096 + 2 * pool_allocator::pool_bytes);
  CHECK(most <= 5);
}

TEST_CASE("remote frees: a thread gives back the freed blocks of a pool when they come to 4096 bytes") {
  constexpr std::size_t bytes = 64;
  constexpr std::size_t sent_at_once = 4096 / bytes;
  pool_allocator::trim();
  const std::size_t before = pool_allocator::statistics().used_blocks;
  std::vector<void*> all;
  std::vector<void*> of_one_pool;
  while (of_one_pool.size() != sent_at_once) {
    void* const block = pool_allocator::allocate(bytes, 8);
    if (!of_one_pool.empty() && ouro::detail::pool::of(block) != ouro::detail::pool::of(of_one_pool[0])) {
      all.insert(all.end(), of_one_pool.begin(), of_one_pool.end());
      of_one_pool.clear();
    }
    of_one_pool.push_back(block);
  }
  const std::size_t used = before + all.size() + of_one_pool.size();
  std::barrier step{2};
  std::thread freeing{[&] {
    for (std::size_t i = 0; i != sent_at_once - 1; ++i) pool_allocator::deallocate(of_one_pool[i], bytes, 8);
    step.arrive_and_wait();
    step.arrive_and_wait();
    pool_allocator::deallocate(of_one_pool.back(), bytes, 8);
    step.arrive_and_wait();
    step.arrive_and_wait();  // so that the end of the thread has no part in it
  }};
  step.arrive_and_wait();
  pool_allocator::trim();
  CHECK(pool_allocator::statistics().used_blocks == used);
  step.arrive_and_wait();
  step.arrive_and_wait();
  pool_allocator::trim();
  CHECK(pool_allocator::statistics().used_blocks == used - sent_at_once);
  step.arrive_and_wait();
  freeing.join();
  for (void* const each : all) pool_allocator::deallocate(each, bytes, 8);
}

TEST_CASE("remote frees: a thread that only frees gives all blocks back to their heap when it ends") {
  std::vector<void*> all;
  pool_allocator::trim();
  const std::size_t before = pool_allocator::statistics().used_blocks;
  for (int i = 0; i != 100; ++i) all.push_back(pool_allocator::allocate(200, 8));
  std::thread{[&] {
    for (void* const each : all) pool_allocator::deallocate(each, 200, 8);
  }}.join();
  pool_allocator::trim();
  CHECK(pool_allocator::statistics().used_blocks == before);
}

namespace {

/// Frees what it was given when its thread ends.
struct freed_late {
  ~freed_late() {
    if (at != nullptr) pool_allocator::deallocate(at, 200, 8);
  }
  void* at = nullptr;
};

}  // namespace

TEST_CASE("remote frees: a block that a thread frees after the end of its cache goes back to its heap at once") {
  pool_allocator::trim();
  const std::size_t before = pool_allocator::statistics().used_blocks;
  void* const first = pool_allocator::allocate(200, 8);
  void* const second = pool_allocator::allocate(200, 8);
  std::thread{[&] {
    // Constructed before the thread frees a block, and so destroyed last.
    static thread_local freed_late last;
    last.at = second;
    pool_allocator::deallocate(first, 200, 8);
  }}.join();
  pool_allocator::trim();
  CHECK(pool_allocator::statistics().used_blocks == before);
}
