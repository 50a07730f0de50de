#include <ouro/refcount/local_refcount.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <type_traits>

// What all policies have in common: refcount_policy_test.cpp.

namespace {

using ouro::local_refcount;

static_assert(std::is_empty_v<local_refcount>);
static_assert(std::is_same_v<local_refcount::count_type, std::uint32_t>);
static_assert(!local_refcount::is_thread_safe && ouro::decrements_in_parts<local_refcount>);

}  // namespace

TEST_CASE("local_refcount: compare_exchange never fails where the count is as expected") {
  for (std::uint32_t word = 0; word != 100; ++word) {
    std::uint32_t count = word;
    std::uint32_t expected = word;
    REQUIRE(local_refcount::compare_exchange(count, expected, word + 7));
    REQUIRE(count == word + 7);
    REQUIRE(expected == word);
  }
}
