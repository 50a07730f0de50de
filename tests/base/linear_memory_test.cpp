#include <ouro/base/linear_memory.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

using ouro::detail::linear_memory;

namespace {

constexpr std::size_t page = 4096;

/// Stands for the memory of a module: `most` pages, of which `used` are there.
struct fake_memory {
  static constexpr std::size_t most = 64;

  alignas(16 * page) std::byte bytes[most * page];
  std::size_t used;
  std::size_t others;  ///< pages that another one takes before each time that the memory is made longer
};

fake_memory fake;

std::byte* lengthen(std::size_t bytes) {
  if (bytes != 0 && fake.others != 0) ++fake.used, --fake.others;
  if (bytes > (fake_memory::most - fake.used) * page) return nullptr;
  std::byte* const end = fake.bytes + fake.used * page;
  fake.used += bytes / page;
  return end;
}

/// An empty memory of which so many pages are in use already. What is behind them is zero, as in a module.
linear_memory start(std::size_t used, std::size_t others = 0) {
  std::memset(fake.bytes, 0, sizeof fake.bytes);
  fake.used = used;
  fake.others = others;
  return linear_memory{&lengthen};
}

std::ptrdiff_t page_of(const void* at) {
  return (static_cast<const std::byte*>(at) - fake.bytes) / std::ptrdiff_t{page};
}

bool is_zero(const void* at, std::size_t bytes) {
  const auto* const first = static_cast<const std::byte*>(at);
  return std::all_of(first, first + bytes, [](std::byte each) { return each == std::byte{0}; });
}

bool has(linear_memory& memory, std::size_t pages, std::size_t ranges) {
  const auto unused = memory.all_free();
  return unused.bytes == pages * page && unused.ranges == ranges;
}

}  // namespace

TEST_CASE("linear_memory: makes the memory longer up to the aligned address and the end of the pages") {
  linear_memory memory = start(1);
  CHECK(page_of(memory.allocate(4 * page, 4 * page)) == 4);
  CHECK(fake.used == 8);
  CHECK(has(memory, 3, 1));
  CHECK(page_of(memory.allocate(4 * page, 4 * page)) == 8);  // no gap between neighbours
  CHECK(fake.used == 12);
  CHECK(has(memory, 3, 1));
}

TEST_CASE("linear_memory: uses what is in front of an aligned address for smaller ones") {
  linear_memory memory = start(1);
  static_cast<void>(memory.allocate(8 * page, 8 * page));
  CHECK(page_of(memory.allocate(2 * page, 2 * page)) == 2);
  CHECK(has(memory, 5, 2));
  CHECK(page_of(memory.allocate(page, page)) == 1);
  CHECK(has(memory, 4, 1));
  CHECK(fake.used == 16);
}

TEST_CASE("linear_memory: gives out again what was given back, zeroed") {
  linear_memory memory = start(0);
  void* const first = memory.allocate(4 * page, 4 * page);
  static_cast<void>(memory.allocate(4 * page, 4 * page));
  std::memset(first, 0xAB, 4 * page);
  memory.deallocate(first, 4 * page);
  CHECK(has(memory, 4, 1));
  void* const again = memory.allocate(2 * page, 4 * page);
  CHECK(again == first);
  CHECK(is_zero(again, 2 * page));
  CHECK(has(memory, 2, 1));
  CHECK(fake.used == 8);
}

TEST_CASE("linear_memory: joins neighbours that are free, in whatever order they were given back") {
  const std::size_t orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  for (const auto& order : orders) {
    linear_memory memory = start(0);
    void* const parts[] = {memory.allocate(page, page), memory.allocate(page, page), memory.allocate(page, page)};
    static_cast<void>(memory.allocate(page, page));
    for (const std::size_t each : order) memory.deallocate(parts[each], page);
    CHECK(has(memory, 3, 1));
    CHECK(memory.allocate(3 * page, page) == parts[0]);
    CHECK(has(memory, 0, 0));
  }
}

TEST_CASE("linear_memory: is null where the memory cannot be as long, and has changed nothing") {
  linear_memory memory = start(1);
  CHECK(memory.allocate(fake_memory::most * page, page) == nullptr);
  CHECK(memory.allocate(std::numeric_limits<std::size_t>::max() - page + 1, 2 * page) == nullptr);
  CHECK(fake.used == 1);
  CHECK(has(memory, 0, 0));
  CHECK(page_of(memory.allocate((fake_memory::most - 1) * page, page)) == 1);
  CHECK(memory.allocate(page, page) == nullptr);
}

TEST_CASE("linear_memory: takes what fits where another one has made the memory longer meanwhile") {
  linear_memory memory = start(1, 1);
  CHECK(page_of(memory.allocate(4 * page, 4 * page)) == 4);  // of pages 2 to 8, as page 1 is the other one's
  CHECK(fake.used == 9);
  CHECK(has(memory, 3, 2));
}

TEST_CASE("linear_memory: tries again where what it got does not fit, and keeps that") {
  linear_memory memory = start(0, 1);
  void* const pages = memory.allocate(8 * page, 8 * page);
  CHECK(page_of(pages) == 16);  // pages 1 to 8 do not begin where they should
  CHECK(is_zero(pages, 8 * page));
  CHECK(has(memory, 15, 1));
}
