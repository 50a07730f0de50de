#include <ouro/config.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>

TEST_CASE("multiply_wide: gives both halves of the product") {
  const auto halves_are = [](std::uint64_t a, std::uint64_t b, std::uint64_t low, std::uint64_t high) {
    std::uint64_t found_high = 1;
    return ouro::detail::multiply_wide(a, b, found_high) == low && found_high == high;
  };
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  CHECK(halves_are(0, most, 0, 0));
  CHECK(halves_are(most, 1, most, 0));
  CHECK(halves_are(most, most, 1, most - 1));
  CHECK(halves_are(std::uint64_t{1} << 32, std::uint64_t{1} << 32, 0, 1));
  CHECK(halves_are(0xFFFFFFFFu, 0xFFFFFFFFu, 0xFFFFFFFE00000001u, 0));
  CHECK(halves_are(0x123456789ABCDEF0u, 0x0FEDCBA987654321u, 0x2236D88FE5618CF0u, 0x0121FA00AD77D742u));
}

TEST_CASE("prefetch: reads nothing, so that any address will do") {
  ouro::detail::prefetch(nullptr);
  ouro::detail::prefetch_for_write(reinterpret_cast<const void*>(std::uintptr_t{8}));
}
