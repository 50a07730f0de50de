// A walk over pools sees each used block once, and nothing else.

#include <ouro/allocator/pool/pool_walk.hpp>
#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <map>
#include <random>
#include <set>
#include <thread>
#include <vector>

using ouro::pool_allocator;

namespace {

/// Used blocks of walked pools, with their sizes.
class model {
 public:
  model() = default;
  model(const model&) = delete;
  model& operator=(const model&) = delete;
  ~model() {
    for (const auto& [block, bytes] : used_) pool_allocator::deallocate(block, bytes, 8);
  }

  void allocate(std::size_t bytes) {
    void* const block = pool_allocator::allocate_walkable(bytes, 8);
    REQUIRE(block != nullptr);
    CHECK(used_.emplace(block, bytes).second);
  }

  /// Takes one out, which the caller must free.
  std::pair<void*, std::size_t> take(std::size_t which) {
    const auto at = std::next(used_.begin(), static_cast<std::ptrdiff_t>(which % used_.size()));
    const auto taken = *at;
    used_.erase(at);
    return taken;
  }

  [[nodiscard]] std::size_t size() const { return used_.size(); }

  void check() const {
    std::set<void*> seen;
    std::size_t calls = 0;
    ouro::detail::walk_pools(*ouro::detail::current_pool_heap, [&](void* block) {
      seen.insert(block);
      ++calls;
    });
    CHECK(calls == seen.size());
    CHECK(seen.size() == used_.size());
    for (const auto& each : used_) CHECK(seen.contains(each.first));
    CHECK(ouro::detail::walkable_blocks(*ouro::detail::current_pool_heap) == used_.size());
  }

 private:
  std::map<void*, std::size_t> used_;
};

}  // namespace

TEST_CASE("pool_walk: sees the blocks that a model says are used, whichever thread frees in whichever order") {
  ouro::heap apart;
  const ouro::heap::scope in{apart};
  model blocks;
  std::mt19937 random{3};
  std::vector<std::pair<void*, std::size_t>> plain;
  for (int round = 0; round != 40; ++round) {
    const bool grows = round < 20;
    for (int i = 0; i != 2000; ++i) {
      if (random() % 10 < (grows ? 7 : 3) || blocks.size() == 0) {
        blocks.allocate(8 * (random() % 128 + 1));
      } else {
        const auto [block, bytes] = blocks.take(random());
        pool_allocator::deallocate(block, bytes, 8);
      }
      if (random() % 4 == 0) plain.emplace_back(pool_allocator::allocate(40, 8), 40);
    }
    if (round % 5 == 0) {
      std::vector<std::pair<void*, std::size_t>> given;
      for (std::size_t i = 0, all = blocks.size() / 4; i != all; ++i) given.push_back(blocks.take(random()));
      std::thread{[&] {
        for (const auto& [block, bytes] : given) pool_allocator::deallocate(block, bytes, 8);
      }}.join();
    }
    if (round % 7 == 0) apart.trim();
    blocks.check();
  }
  for (const auto& [block, bytes] : plain) pool_allocator::deallocate(block, bytes, 8);
}

TEST_CASE("pool_walk: the pools of a thread that has ended are walked no more, and serve like all others") {
  void* left = nullptr;
  std::vector<void*> many;  // some full pools
  std::thread{[&] {
    left = pool_allocator::allocate_walkable(40, 8);
    for (int i = 0; i != 2000; ++i) many.push_back(pool_allocator::allocate_walkable(1024, 8));
  }}.join();
  std::thread{[&] {
    void* const own = pool_allocator::allocate(40, 8);
    REQUIRE(ouro::detail::arena::of(own)->owner == ouro::detail::arena::of(left)->owner);
    CHECK(ouro::detail::walkable_blocks(*ouro::detail::current_pool_heap) == 0);
    CHECK(pool_allocator::statistics().used_blocks == 2002);
    ouro::detail::walk_pools(*ouro::detail::current_pool_heap, [](void*) { CHECK(false); });
    void* const walked = pool_allocator::allocate_walkable(40, 8);
    CHECK(ouro::detail::pool::of(walked) != ouro::detail::pool::of(left));
    CHECK(ouro::detail::walkable_blocks(*ouro::detail::current_pool_heap) == 1);
    pool_allocator::deallocate(walked, 40, 8);
    pool_allocator::deallocate(own, 40, 8);
    pool_allocator::deallocate(left, 40, 8);
    CHECK(pool_allocator::statistics().used_blocks == 2000);
    for (void* const each : many) pool_allocator::deallocate(each, 1024, 8);
    CHECK(pool_allocator::statistics().used_blocks == 0);
    pool_allocator::trim();
    CHECK(pool_allocator::statistics().arenas == 0);
  }}.join();
}
