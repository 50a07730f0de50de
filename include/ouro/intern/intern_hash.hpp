#pragma once
/// \file
/// The hash and the equality that interners use unless told otherwise.

#include <ouro/config.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <string_view>
#include <type_traits>

namespace ouro {

namespace detail {

/// The upper and the lower half of the product, xor-ed: every bit of the result depends on all bits of both factors.
[[nodiscard]] inline std::uint64_t multiply_fold(std::uint64_t a, std::uint64_t b) noexcept {
#if OURO_HAS_INT128
  __extension__ using wide = unsigned __int128;
  const wide product = static_cast<wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
#else
  const std::uint64_t a_low = a & 0xFFFFFFFFu;
  const std::uint64_t b_low = b & 0xFFFFFFFFu;
  const std::uint64_t cross = (a >> 32) * b_low + (a_low * b_low >> 32);
  const std::uint64_t middle = a_low * (b >> 32) + (cross & 0xFFFFFFFFu);
  return (a * b) ^ ((a >> 32) * (b >> 32) + (cross >> 32) + (middle >> 32));
#endif
}

OURO_SHARED_STATE inline constinit std::byte seed_place{};

/// Differs from process to process where addresses do, so that keys cannot be chosen to collide in advance.
[[nodiscard]] inline std::uint64_t hash_seed() noexcept {
  return 0x9E3779B97F4A7C15u ^ static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(&seed_place));
}

[[nodiscard]] inline std::uint64_t load_8(const char* at) noexcept {
  std::uint64_t loaded;
  std::memcpy(&loaded, at, sizeof loaded);
  return loaded;
}

[[nodiscard]] inline std::uint64_t load_4(const char* at) noexcept {
  std::uint32_t loaded;
  std::memcpy(&loaded, at, sizeof loaded);
  return loaded;
}

/// A multiply-and-fold hash in the manner of wyhash (Wang Yi): 16 bytes a step; the rest by two loads that may
/// overlap, so that short strings need no loop. O(length)
[[nodiscard]] inline std::uint64_t hash_bytes(const char* bytes, std::size_t length) noexcept {
  constexpr std::uint64_t k0 = 0xA0761D6478BD642Fu;
  constexpr std::uint64_t k1 = 0xE7037ED1A0B428DBu;
  std::uint64_t state = hash_seed();
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::size_t left = length;
  for (; left > 16; left -= 16, bytes += 16) state = multiply_fold(load_8(bytes) ^ k0, load_8(bytes + 8) ^ state);
  if (left >= 8) {
    first = load_8(bytes);
    last = load_8(bytes + left - 8);
  } else if (left >= 4) {
    first = load_4(bytes);
    last = load_4(bytes + left - 4);
  } else if (left != 0) {
    const auto at = [bytes](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])); };
    first = at(0) << 16 | at(left / 2) << 8 | at(left - 1);
  }
  return multiply_fold(k1 ^ length, multiply_fold(first ^ k1, last ^ state));
}

/// The bits of a floating-point number, in which 0.0 and -0.0 differ, and a NaN is itself.
template <std::floating_point T>
[[nodiscard]] std::string_view bytes_of(const T& number) noexcept {
  // An 80-bit long double has padding behind its 10 bytes.
  constexpr std::size_t bytes = sizeof(T) > 8 && std::numeric_limits<T>::digits == 64 ? 10 : sizeof(T);
  return {reinterpret_cast<const char*>(std::addressof(number)), bytes};
}

}  // namespace detail

/// `std::hash`, mixed; of floating-point numbers, the hash of their bits.
template <class T>
struct intern_hash {
  [[nodiscard]] std::size_t operator()(const T& value) const noexcept(noexcept(std::hash<T>{}(value))) {
    if constexpr (std::floating_point<T>) {
      const std::string_view bits = detail::bytes_of(value);
      return static_cast<std::size_t>(detail::hash_bytes(bits.data(), bits.size()));
    } else {
      // std::hash of an integer is the integer: its upper bits would all be alike.
      return static_cast<std::size_t>(
          detail::multiply_fold(std::hash<T>{}(value) ^ detail::hash_seed(), 0xA0761D6478BD642Fu));
    }
  }
};

/// `==`; of floating-point numbers, sameness of bits: what is interned as -0.0 must not come back as 0.0.
template <class T>
struct intern_equal {
  [[nodiscard]] bool operator()(const T& left, const T& right) const noexcept(noexcept(left == right)) {
    if constexpr (std::floating_point<T>) {
      return detail::bytes_of(left) == detail::bytes_of(right);
    } else {
      return left == right;
    }
  }
};

}  // namespace ouro
