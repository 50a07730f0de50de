#include <ouro/base/raw_array.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>

namespace {

using array = ouro::detail::raw_array<std::uint64_t>;

constexpr std::size_t huge_page = std::size_t{2} << 20;  ///< bytes
constexpr std::size_t on_huge_page = huge_page / sizeof(std::uint64_t);

/// The elements that were pushed and are not there, or not in their order.
std::size_t wrong_in(const array& all) {
  std::size_t wrong = 0;
  for (std::size_t i = 0; i != all.size; ++i) wrong += all.items[i] != i ? 1u : 0u;
  return wrong;
}

void push_until(array& all, std::size_t size) {
  while (all.size != size) {
    if (!all.push(all.size)) FAIL("no memory");
  }
}

}  // namespace

TEST_CASE("raw_array: keeps what is pushed, in its order, while it grows from the heap onto huge pages") {
  array all;
  CHECK(all.items == nullptr);
  push_until(all, 1);
  CHECK(all.capacity == 256);
  push_until(all, 257);
  CHECK(all.capacity == 512);
  push_until(all, on_huge_page - 1);
  CHECK(wrong_in(all) == 0);
  push_until(all, 3 * on_huge_page);
  CHECK(wrong_in(all) == 0);
  CHECK(all.size == 3 * on_huge_page);
  CHECK(all.capacity >= all.size);
  all.release();
}

TEST_CASE("raw_array: an array of 2 MiB and more begins on a huge page and fills whole ones") {
  array all;
  REQUIRE(all.reserve(on_huge_page + 1));
  CHECK(all.capacity == 2 * on_huge_page);
  CHECK(reinterpret_cast<std::uintptr_t>(all.items) % huge_page == 0);
  all.release();
}

TEST_CASE("raw_array: a request for room that it already has changes nothing") {
  array all;
  REQUIRE(all.reserve(300));
  CHECK(all.capacity == 300);
  CHECK(all.size == 0);
  const std::uint64_t* const before = all.items;
  push_until(all, 300);
  REQUIRE(all.reserve(300));
  CHECK(all.items == before);
  CHECK(all.capacity == 300);
  CHECK(wrong_in(all) == 0);
  all.release();
}

TEST_CASE("raw_array: a request for more room than the system has fails and changes nothing") {
  array all;
  push_until(all, 10);
  const array before = all;
  CHECK_FALSE(all.reserve(std::numeric_limits<std::size_t>::max() / 2 / sizeof(std::uint64_t)));
  CHECK(all.items == before.items);
  CHECK(all.size == 10);
  CHECK(all.capacity == before.capacity);
  CHECK(wrong_in(all) == 0);
  all.release();
}

TEST_CASE("raw_array: is empty after its release, and can be filled again") {
  array all;
  for (const std::size_t size : {std::size_t{10}, 2 * on_huge_page, std::size_t{10}}) {
    push_until(all, size);
    CHECK(wrong_in(all) == 0);
    all.release();
    CHECK(all.items == nullptr);
    CHECK(all.size == 0);
    CHECK(all.capacity == 0);
  }
}
