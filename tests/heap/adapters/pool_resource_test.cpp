#include "support/misuse.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory_resource>
#include <new>
#include <random>
#include <string>
#include <thread>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

using ouro::pool_allocator;
using ouro::pool_resource;

namespace {

/// Knows its blocks, and that each is given back as it was asked for.
class watched_resource : public std::pmr::memory_resource {
 public:
  ~watched_resource() override { CHECK(blocks.empty()); }

  std::unordered_map<void*, std::pair<std::size_t, std::size_t>> blocks;
  std::size_t asked = 0;

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    ++asked;
    void* const block = std::pmr::new_delete_resource()->allocate(bytes, alignment);
    blocks.emplace(block, std::pair{bytes, alignment});
    return block;
  }
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
    CHECK(blocks.at(block) == std::pair{bytes, alignment});
    blocks.erase(block);
    std::pmr::new_delete_resource()->deallocate(block, bytes, alignment);
  }
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }
};

std::pmr::pool_options up_to(std::size_t largest) {
  std::pmr::pool_options options;
  options.largest_required_pool_block = largest;
  return options;
}

static_assert(std::is_base_of_v<std::pmr::memory_resource, pool_resource> &&
              !std::is_copy_constructible_v<pool_resource> && !std::is_copy_assignable_v<pool_resource>);
static_assert(!std::is_convertible_v<std::pmr::memory_resource*, pool_resource> &&
              !std::is_convertible_v<std::pmr::pool_options, pool_resource>);

}  // namespace

TEST_CASE("pool_resource: two are unequal, and each knows its options and its upstream resource") {
  const pool_resource first;
  const pool_resource second;
  CHECK(first.is_equal(first));
  CHECK_FALSE(first.is_equal(second));
  CHECK(first == first);
  CHECK(first != second);
  CHECK(first.upstream_resource() == std::pmr::get_default_resource());
  CHECK(first.options().largest_required_pool_block == 1024);
  CHECK(first.options().max_blocks_per_chunk == 4096);
  watched_resource upstream;
  CHECK(pool_resource{&upstream}.upstream_resource() == &upstream);
  CHECK(pool_resource{up_to(100), &upstream}.upstream_resource() == &upstream);
  CHECK(pool_resource{up_to(100)}.options().largest_required_pool_block == 104);
  CHECK(pool_resource{up_to(1)}.options().largest_required_pool_block == 8);
  CHECK(pool_resource{up_to(1024)}.options().largest_required_pool_block == 1024);
  CHECK(pool_resource{up_to(1025)}.options().largest_required_pool_block == 1024);
  watched_resource fallback;
  std::pmr::memory_resource* const before = std::pmr::set_default_resource(&fallback);
  CHECK(pool_resource{}.upstream_resource() == &fallback);
  CHECK(pool_resource{up_to(8)}.upstream_resource() == &fallback);
  std::pmr::set_default_resource(before);
}

TEST_CASE("pool_resource: small blocks come from pools of its own, and are used again") {
  const auto before = pool_allocator::statistics();
  watched_resource upstream;
  pool_resource resource{&upstream};
  CHECK(resource.statistics().arenas == 0);
  void* const block = resource.allocate(24, 8);
  CHECK(resource.statistics().used_blocks == 1);
  CHECK(resource.statistics().used_bytes >= 24);
  CHECK(resource.statistics().arenas == 1);
  resource.deallocate(block, 24, 8);
  CHECK(resource.statistics().used_blocks == 0);
  {
    std::pmr::vector<long> numbers(10, &resource);
    std::pmr::unordered_map<int, std::pmr::string> texts{&resource};
    for (int i = 0; i != 50; ++i) texts.emplace(i, std::string(static_cast<std::size_t>(i), 'x'));
    CHECK(texts.at(49).size() == 49);
    CHECK(resource.statistics().used_blocks > 50);
  }
  CHECK(resource.statistics().used_blocks == 0);
  CHECK(upstream.asked == 0);
  CHECK(pool_allocator::statistics().used_blocks == before.used_blocks);
}

TEST_CASE("pool_resource: blocks beyond the largest of the pools come from upstream and go back there") {
  watched_resource upstream;
  pool_resource resource{up_to(100), &upstream};
  void* const pooled = resource.allocate(104, 8);
  CHECK(upstream.blocks.empty());
  void* const large = resource.allocate(105, 8);
  CHECK(upstream.blocks.size() == 1);
  CHECK(upstream.blocks.contains(large));
  std::memset(large, 0xFF, 105);  // the link behind the block is not part of it
  void* const strict = resource.allocate(16, 128);
  CHECK(upstream.blocks.size() == 2);
  CHECK(upstream.blocks.at(strict).second == 128);
  void* const last = resource.allocate(4000, 1);
  CHECK(resource.statistics().large_blocks == 3);
  CHECK(resource.statistics().large_bytes == 105 + 16 + 4000);
  CHECK(resource.statistics().used_blocks == 1);
  resource.deallocate(strict, 16, 128);
  CHECK_FALSE(upstream.blocks.contains(strict));
  resource.deallocate(last, 4000, 1);
  resource.deallocate(large, 105, 8);
  CHECK(upstream.blocks.empty());
  CHECK(resource.statistics().large_blocks == 0);
  CHECK(resource.statistics().large_bytes == 0);
  resource.deallocate(pooled, 104, 8);
}

TEST_CASE("pool_resource: release and the destructor give everything back, whatever is in use") {
  watched_resource upstream;
  {
    pool_resource resource{&upstream};
    for (int turn = 0; turn != 3; ++turn) {
      for (int i = 0; i != 5000; ++i) static_cast<void>(resource.allocate(1000));
      for (int i = 0; i != 5; ++i) static_cast<void>(resource.allocate(5000));
      CHECK(resource.statistics().arenas == 3);
      CHECK(resource.statistics().used_blocks == 5000);
      CHECK(upstream.blocks.size() == 5);
      resource.release();
      CHECK(resource.statistics().arenas == 0);
      CHECK(resource.statistics().used_blocks == 0);
      CHECK(resource.statistics().large_bytes == 0);
      CHECK(upstream.blocks.empty());
      resource.release();
    }
    static_cast<void>(resource.allocate(10));
    static_cast<void>(resource.allocate(10'000));
    CHECK(resource.upstream_resource() == &upstream);
  }
  CHECK(upstream.blocks.empty());
  CHECK(upstream.asked == 16);
}

TEST_CASE("pool_resource: blocks are aligned as they were asked for") {
  watched_resource upstream;
  pool_resource resource{&upstream};
  for (std::size_t alignment = 1; alignment <= 4096; alignment *= 2) {
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, alignment, 3 * alignment, std::size_t{2000}}) {
      void* const first = resource.allocate(bytes, alignment);
      void* const second = resource.allocate(bytes, alignment);
      CHECK(reinterpret_cast<std::uintptr_t>(first) % alignment == 0);
      CHECK(reinterpret_cast<std::uintptr_t>(second) % alignment == 0);
      CHECK(first != second);
      resource.deallocate(first, bytes, alignment);
      resource.deallocate(second, bytes, alignment);
    }
  }
  CHECK(resource.statistics().used_blocks == 0);
}

TEST_CASE("pool_resource: throws what upstream throws, or bad_alloc for a size that no block can have") {
  pool_resource resource{std::pmr::null_memory_resource()};
  CHECK_THROWS_AS(static_cast<void>(resource.allocate(1025)), std::bad_alloc);
  watched_resource upstream;
  pool_resource other{&upstream};
  CHECK_THROWS_AS(static_cast<void>(other.allocate(std::numeric_limits<std::size_t>::max() - 8)), std::bad_alloc);
  CHECK(upstream.asked == 0);
  CHECK(other.statistics().large_blocks == 0);
  void* const block = resource.allocate(1024);
  resource.deallocate(block, 1024);
}

TEST_CASE("pool_resource: a container that is moved to another resource moves its elements") {
  pool_resource first;
  pool_resource second;
  std::pmr::vector<int> from(100, 7, &first);
  std::pmr::vector<int> to{&second};
  const int* const place = from.data();
  to = std::move(from);
  CHECK(to.data() != place);
  CHECK(to[99] == 7);
  CHECK(second.statistics().used_blocks == 1);
  std::pmr::vector<int> same{&second};
  const int* const other_place = to.data();
  same = std::move(to);
  CHECK(same.data() == other_place);
}

TEST_CASE("pool_resource: threads may use it in turn, and give back each other's blocks") {
  pool_resource resource;
  std::vector<void*> blocks;
  std::thread{[&] {
    for (int i = 0; i != 1000; ++i) blocks.push_back(resource.allocate(40));
  }}.join();
  CHECK(resource.statistics().used_blocks == 1000);
  for (std::size_t i = 0; i != 500; ++i) resource.deallocate(blocks[i], 40);
  CHECK(resource.statistics().used_blocks == 500);
  std::thread{[&] {
    for (std::size_t i = 500; i != 1000; ++i) resource.deallocate(blocks[i], 40);
    static_cast<void>(resource.allocate(40));
  }}.join();
  CHECK(resource.statistics().used_blocks == 1);
}

TEST_CASE("pool_resource: belongs to no private heap, and outlives the one in which it was used") {
  pool_resource resource;
  std::pmr::vector<int> numbers{&resource};
  {
    ouro::heap heap{std::size_t{1} << 20};
    const ouro::heap::scope in{heap};
    const std::size_t before = heap.statistics().pool_bytes;
    std::vector<void*> blocks;
    for (int i = 0; i != 4000; ++i) blocks.push_back(resource.allocate(1000));  // more than the heap's limit
    CHECK(heap.statistics().pool_bytes == before);
    for (void* const block : blocks) resource.deallocate(block, 1000);
    numbers.assign(100, 7);
  }
  CHECK(numbers[99] == 7);
  CHECK(resource.statistics().used_blocks == 1);
}

TEST_CASE("pool_resource: managed objects may lie in it, on the thread and inside the heap that made them") {
  using memory = ouro::memory<ouro::local_refcount, ouro::trial_deletion, ouro::resource_allocator>;
  pool_resource resource;
  const ouro::resource_allocator::scope here{&resource};
  {
    const auto object = memory::make<std::string>("in the resource");
    const memory::weak<std::string> watcher{object};
    CHECK(resource.statistics().used_blocks == 1);
    const auto copy = object;
    CHECK(copy.use_count() == 2);
    CHECK(watcher.lock() == object);
  }
  CHECK(resource.statistics().used_blocks == 0);
}

TEST_CASE("pool_resource: after random requests its blocks overlap nowhere, and all are counted") {
  struct request {
    unsigned char* block;
    std::size_t bytes;
    std::size_t alignment;
    unsigned char fill;
  };
  watched_resource upstream;
  pool_resource resource{up_to(512), &upstream};
  std::mt19937 random{7};
  std::vector<request> held;
  std::size_t pooled = 0;
  for (int i = 0; i != 20'000; ++i) {
    if (random() % 2 == 0 || held.size() < 100) {
      const std::size_t bytes = random() % 700;
      const std::size_t alignment = std::size_t{1} << random() % 8;
      auto* const block = static_cast<unsigned char*>(resource.allocate(bytes, alignment));
      const auto fill = static_cast<unsigned char>(random());
      if (bytes != 0) std::memset(block, fill, bytes);
      held.push_back({block, bytes, alignment, fill});
      pooled += bytes <= 512 && alignment <= 64 ? 1 : 0;
    } else {
      std::swap(held[random() % held.size()], held.back());
      const request gone = held.back();
      held.pop_back();
      for (std::size_t at = 0; at != gone.bytes; ++at) REQUIRE(gone.block[at] == gone.fill);
      resource.deallocate(gone.block, gone.bytes, gone.alignment);
      pooled -= gone.bytes <= 512 && gone.alignment <= 64 ? 1 : 0;
    }
    if (i % 1000 == 0) {
      REQUIRE(resource.statistics().used_blocks == pooled);
      REQUIRE(resource.statistics().large_blocks == held.size() - pooled);
      REQUIRE(upstream.blocks.size() == held.size() - pooled);
    }
  }
  resource.release();
}

TEST_CASE("pool_resource: a block that is not its own, or of another size, is reported" *
          doctest::skip(ouro::check_level == 0)) {
  constexpr const char* foreign = "a block was given back to a resource that it does not come from";
  ouro::test::check_misuse(
      [] {
        pool_resource one;
        pool_resource other;
        other.deallocate(one.allocate(40), 40);
      },
      foreign, "ouro::pool_resource");
  ouro::test::check_misuse(
      [] {
        pool_resource resource;
        long local = 0;
        resource.deallocate(&local, sizeof local);
      },
      foreign, "ouro::pool_resource");
  ouro::test::check_misuse(
      [] {
        pool_resource resource;
        void* const block = resource.allocate(40);
        resource.release();
        resource.deallocate(block, 40);
      },
      foreign, "ouro::pool_resource");
  constexpr const char* another = "a block was given back with another size or alignment than it was asked for";
  ouro::test::check_misuse(
      [] {
        pool_resource resource;
        resource.deallocate(resource.allocate(40), 80);
      },
      another, "ouro::pool_resource");
  ouro::test::check_misuse(
      [] {
        pool_resource resource;
        resource.deallocate(static_cast<std::byte*>(resource.allocate(40)) + 8, 40);
      },
      another, "ouro::pool_resource");
}
