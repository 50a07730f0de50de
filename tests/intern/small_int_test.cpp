#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <utility>

using ouro::is;
using ouro::small_int;

TEST_CASE("small_int: each integer from -5 to 256 is one object that exists before the program starts") {
  const auto before = ouro::pool_allocator::statistics();
  for (long long i = -5; i <= 256; ++i) {
    REQUIRE(is(small_int{i}, small_int{i}));
    REQUIRE(small_int{i}.value() == i);
  }
  CHECK(ouro::pool_allocator::statistics().used_blocks == before.used_blocks);
  for (const long long i :
       {-6LL, 257LL, std::numeric_limits<long long>::min(), std::numeric_limits<long long>::max()}) {
    CHECK_FALSE(is(small_int{i}, small_int{i}));
    CHECK(small_int{i} == small_int{i});
    CHECK(small_int{i}.value() == i);
  }
  CHECK(small_int{3} < small_int{1000});
  CHECK(ouro::id(small_int{1}) != ouro::id(small_int{2}));
}

TEST_CASE("small_int: the range of the table is a template parameter") {
  using python_3_15 = ouro::basic_small_int<int, -5, 1024>;
  CHECK(is(python_3_15{1024}, python_3_15{1024}));
  CHECK_FALSE(is(python_3_15{1025}, python_3_15{1025}));
}

TEST_CASE("small_int: handles to integers of the table are moved, swapped and dropped as others are") {
  small_int small{7};
  small_int large{1000};
  const small_int copy = large;
  CHECK(ouro::ref_count(large.pointer()) == 2);
  std::swap(small, large);
  CHECK(small.value() == 1000);
  CHECK(large.value() == 7);
  CHECK(is(small, copy));
  small = large;
  CHECK(ouro::ref_count(copy.pointer()) == 1);
  small = std::move(large);
  CHECK(is(small, small_int{7}));
  small_int& alias = small;
  small = alias;
  CHECK(small.value() == 7);
  CHECK(ouro::is_immortal(small.pointer()));
}

TEST_CASE("small_int: converts to its integer, and hashes as it") {
  const small_int small{7};
  const small_int large{1'000'000};
  CHECK(*small == 7);
  CHECK(static_cast<long long>(large) == 1'000'000);
  CHECK(std::hash<small_int>{}(large) == std::hash<long long>{}(1'000'000));
  CHECK(std::hash<small_int>{}(large) == std::hash<small_int>{}(small_int{1'000'000}));
  CHECK(ouro::type_name(small.pointer()) == ouro::type_name<long long>());
  CHECK(ouro::type_name(large.pointer()) == ouro::type_name<long long>());
}
