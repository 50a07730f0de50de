#include <ouro/allocator/pool/size_class.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>

using ouro::detail::size_class;

TEST_CASE("size_class: each request gets the smallest class that holds it at its alignment") {
  for (std::size_t alignment = 1; alignment <= size_class::strictest_alignment; alignment *= 2) {
    for (std::size_t bytes = 1; bytes <= size_class::largest; ++bytes) {
      REQUIRE(size_class::serves(bytes, alignment));
      const std::uint32_t index = size_class::of(bytes, alignment);
      REQUIRE(index < size_class::count);
      REQUIRE(size_class::bytes(index) >= bytes);
      REQUIRE(size_class::bytes(index) % alignment == 0);
      const bool is_smaller_enough =
          index > 0 && size_class::bytes(index - 1) >= bytes && size_class::bytes(index - 1) % alignment == 0;
      REQUIRE_FALSE(is_smaller_enough);
    }
  }
}

TEST_CASE("size_class: larger requests and stricter alignments are not for pools") {
  CHECK_FALSE(size_class::serves(size_class::largest + 1, 1));
  CHECK_FALSE(size_class::serves(1, 2 * size_class::strictest_alignment));
  CHECK_FALSE(size_class::serves(static_cast<std::size_t>(-1), 1));
}
