#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <utility>

namespace {

/// Counts the values that there is room for.
template <class T>
struct counting_allocator {
  using value_type = T;
  static inline std::size_t used = 0;

  T* allocate(std::size_t count) {
    used += count;
    return std::allocator<T>{}.allocate(count);
  }
  void deallocate(T* at, std::size_t count) noexcept {
    used -= count;
    std::allocator<T>{}.deallocate(at, count);
  }
};

struct noisy {
  static inline std::string log;
  explicit noisy(char called) : name{called} {}
  noisy(noisy&& from) noexcept : name{std::exchange(from.name, '.')} {}
  noisy& operator=(noisy&&) = delete;
  ~noisy() {
    if (name != '.') log += name;
  }
  char name;
};

using numbers = ouro::detail::value_block<int, counting_allocator<int>>;
using noises = ouro::detail::value_block<noisy, std::allocator<noisy>>;

}  // namespace

static_assert(sizeof(numbers) == sizeof(void*) + 8);

TEST_CASE("value_block: has room for the number that it is made for, rounded up to an even one, and gives it back") {
  {
    const numbers none;
    CHECK(none.data() == nullptr);
    const numbers three{3};
    CHECK(three.room() == 4);
    CHECK(three.size() == 0);
    CHECK(counting_allocator<int>::used == 4);
    CHECK(numbers{0}.data() == nullptr);
  }
  CHECK(counting_allocator<int>::used == 0);
  CHECK_THROWS_AS(numbers{std::numeric_limits<std::uint32_t>::max()}, std::bad_alloc);
}

TEST_CASE("value_block: values are appended, taken out without a gap, and moved to another block") {
  numbers block{6};
  for (int i = 0; i != 5; ++i) CHECK(block.append(i) == i);
  CHECK(block.take(1) == 1);
  CHECK(block.take(3) == 4);
  REQUIRE(block.size() == 3);
  numbers wider{8};
  wider.append(9);
  wider.append_all(block);
  REQUIRE(wider.size() == 4);
  const int expected[] = {9, 0, 2, 3};
  for (std::size_t i = 0; i != 4; ++i) CHECK(wider.data()[i] == expected[i]);
}

TEST_CASE("value_block: values are destroyed from the first to the last, and a taken one is not destroyed twice") {
  noisy::log.clear();
  {
    noises block{4};
    for (const char name : {'a', 'b', 'c'}) block.append(name);
    const noisy taken = block.take(1);
    CHECK(noisy::log.empty());
    noises moved{std::move(block)};
    CHECK(block.size() == 0);
    CHECK(moved.size() == 2);
    block = std::move(moved);
    CHECK(block.size() == 2);
  }
  CHECK(noisy::log == "bac");
}
