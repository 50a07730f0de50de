#include <ouro/refcount/count_word.hpp>

#include <doctest/doctest.h>

#include <cstdint>

using ouro::count_word;

TEST_CASE("count_word: as many pointers, whatever the flags say") {
  CHECK(count_word::strong(count_word::one) == 1);
  CHECK(count_word::strong(count_word::none) == 0);
  for (std::uint32_t pointers = 1; pointers != 100; ++pointers) {
    std::uint32_t not_suspect = count_word::one;
    for (std::uint32_t i = 1; i != pointers; ++i) not_suspect = count_word::raised(not_suspect);
    const std::uint32_t suspect = count_word::with_suspect_on_drop(not_suspect);
    REQUIRE(count_word::strong(not_suspect) == pointers);
    REQUIRE(count_word::strong(suspect) == pointers);
    REQUIRE(count_word::without_suspect_on_drop(suspect) == not_suspect);
    REQUIRE(!count_word::is_suspect_on_drop(not_suspect));
    REQUIRE(count_word::is_suspect_on_drop(suspect));
    REQUIRE(count_word::strong(count_word::lowered(not_suspect)) == pointers - 1);
    REQUIRE(count_word::strong(count_word::lowered(suspect)) == pointers - 1);
  }
  CHECK(count_word::strong(count_word::suspect_on_drop - 1) == std::uint32_t{1} << 31);
  CHECK(count_word::with_suspect_on_drop(count_word::immortal) == count_word::pinned);
  CHECK(count_word::without_suspect_on_drop(count_word::pinned) == count_word::pinned);
  CHECK(!count_word::is_immortal(count_word::none));
  constexpr std::uint32_t least_immortal = count_word::suspect_on_drop | count_word::immortal;
  CHECK(count_word::without_suspect_on_drop(least_immortal) == least_immortal);
}

TEST_CASE("count_word: one pointer more than the most is immortal, and so is one more than that") {
  CHECK(count_word::raised(count_word::immortal - 1) == count_word::pinned);
  CHECK(count_word::raised(count_word::pinned) == count_word::pinned);
  CHECK(count_word::raised(count_word::immortal) == count_word::pinned);
}
