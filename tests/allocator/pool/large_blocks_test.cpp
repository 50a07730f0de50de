#include <ouro/allocator/pool/large_blocks.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

namespace {

using ouro::detail::large_blocks;

constexpr std::size_t most = std::numeric_limits<std::size_t>::max();

// One for each test.
large_blocks own;
large_blocks limited;
large_blocks ended;
large_blocks keeper;
large_blocks ended_first;
large_blocks ended_second;
large_blocks keeper_of_two;

}  // namespace

TEST_CASE("large_blocks: counts its blocks and the bytes that were asked for, whoever frees them in which order") {
  std::vector<void*> all;
  for (std::size_t alignment = 8; alignment <= 4096; alignment *= 2) {
    all.push_back(own.allocate(2000, alignment, most));
    REQUIRE(all.back() != nullptr);
    CHECK(reinterpret_cast<std::uintptr_t>(all.back()) % alignment == 0);
    std::memset(all.back(), 0x5A, 2000);
  }
  const std::size_t count = all.size();
  CHECK(own.blocks() == count);
  CHECK(own.bytes() == 2000 * count);
  // The middle one, the newest and the oldest; then the rest.
  for (const std::size_t i : {count / 2, count - 1, std::size_t{0}}) {
    large_blocks::deallocate(all[i], 2000, std::size_t{8} << i);
    all[i] = nullptr;
  }
  CHECK(own.blocks() == count - 3);
  CHECK(own.bytes() == 2000 * (count - 3));
  for (std::size_t i = 0; i != count; ++i) {
    if (all[i] != nullptr) large_blocks::deallocate(all[i], 2000, std::size_t{8} << i);
  }
  CHECK(own.blocks() == 0);
  CHECK(own.bytes() == 0);
}

TEST_CASE("large_blocks: gives exactly as many bytes as its heap may have") {
  void* const first = limited.allocate(3000, 8, 5000);
  REQUIRE(first != nullptr);
  CHECK(limited.allocate(2001, 8, 5000) == nullptr);
  CHECK(limited.bytes() == 3000);
  void* const second = limited.allocate(2000, 8, 5000);
  CHECK(second != nullptr);
  CHECK(limited.allocate(1, 8, 5000) == nullptr);
  CHECK(limited.allocate(1, 8, 100) == nullptr);  // it is beyond a new limit already
  large_blocks::deallocate(first, 3000, 8);
  large_blocks::deallocate(second, 2000, 8);
  CHECK(limited.allocate(most, 8, most) == nullptr);
  CHECK(limited.blocks() == 0);
}

TEST_CASE("large_blocks: a block of no heap is counted by none") {
  void* const block = large_blocks::allocate_unowned(2000, 64);
  REQUIRE(block != nullptr);
  CHECK(reinterpret_cast<std::uintptr_t>(block) % 64 == 0);
  std::memset(block, 0x5A, 2000);
  CHECK(own.blocks() == 0);
  large_blocks::deallocate(block, 2000, 64);
  CHECK(large_blocks::allocate_unowned(most - 8, 64) == nullptr);
}

// LeakSanitizer sees what is not freed.
TEST_CASE("large_blocks: all go at once at the end of their heap, or to a keeper that makes room for them") {
  for (int i = 0; i != 3; ++i) REQUIRE(ended.allocate(2000, 8, most) != nullptr);
  ended.free_all();
  CHECK(ended.blocks() == 0);
  CHECK(ended.bytes() == 0);
  REQUIRE(ended.allocate(4000, 8, most) != nullptr);
  ended.give_all_to(keeper, 10'000);
  CHECK(keeper.bytes() == 4000);
  large_blocks next;
  REQUIRE(next.allocate(7000, 8, most) != nullptr);
  next.give_all_to(keeper, 10'000);  // the older block has gone for it
  CHECK(keeper.bytes() == 7000);
  large_blocks large;
  REQUIRE(large.allocate(11'000, 8, most) != nullptr);
  large.give_all_to(keeper, 10'000);  // more than can be kept
  CHECK(keeper.bytes() == 0);
  CHECK(large.bytes() == 11'000);
  large.free_all();
}

TEST_CASE("large_blocks: blocks that two heaps leave to one are counted, and freed one by one") {
  void* const older = ended_first.allocate(2000, 8, most);
  void* const newer = ended_second.allocate(3000, 8, most);
  REQUIRE(older != nullptr);
  REQUIRE(newer != nullptr);
  ended_first.give_all_to(keeper_of_two, most);
  ended_second.give_all_to(keeper_of_two, most);
  CHECK(ended_first.blocks() == 0);
  CHECK(ended_first.bytes() == 0);
  CHECK(keeper_of_two.blocks() == 2);
  CHECK(keeper_of_two.bytes() == 5000);
  large_blocks::deallocate(older, 2000, 8);
  CHECK(keeper_of_two.blocks() == 1);
  CHECK(keeper_of_two.bytes() == 3000);
  large_blocks::deallocate(newer, 3000, 8);
  CHECK(keeper_of_two.blocks() == 0);
  CHECK(keeper_of_two.bytes() == 0);
}
