#include <ouro/config.hpp>

#include <doctest/doctest.h>

#include <cstdint>

TEST_CASE("load_relaxed and load_acquire: read what store_relaxed and store_release have written") {
  std::uint8_t byte = 1;
  int pointed = 0;
  const int* pointer = nullptr;
  ouro::detail::store_relaxed(byte, std::uint8_t{200});
  ouro::detail::store_release(pointer, static_cast<const int*>(&pointed));
  CHECK(ouro::detail::load_relaxed(byte) == 200);
  CHECK(ouro::detail::load_acquire(pointer) == &pointed);
}

TEST_CASE("set_bits_relaxed and clear_bits_relaxed: leave the other bits") {
  std::uint32_t word = 0b1001;
  ouro::detail::set_bits_relaxed(word, std::uint32_t{0b0011});
  CHECK(word == 0b1011);
  ouro::detail::clear_bits_relaxed(word, std::uint32_t{0b1010});
  CHECK(word == 0b0001);
}
