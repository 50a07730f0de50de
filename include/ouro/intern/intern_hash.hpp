#pragma once
/// \file
/// The hash and the equality that interners use unless told otherwise.

#include <ouro/base/integer_cast.hpp>
#include <ouro/config.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string_view>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// The upper and the lower half of the product, xor-ed: every bit of the result depends on all bits of both factors.
[[nodiscard]] inline std::uint64_t multiply_fold(std::uint64_t a, std::uint64_t b) noexcept {
  std::uint64_t high;
  const std::uint64_t low = multiply_wide(a, b, high);
  return low ^ high;
}

OURO_SHARED_STATE inline constinit std::byte seed_place{};

/// Differs between processes if the system randomises addresses, so that keys cannot be chosen in advance to collide.
[[nodiscard]] inline std::uint64_t hash_seed() noexcept {
  return 0x9E3779B97F4A7C15u ^ reinterpret_cast<std::uintptr_t>(&seed_place);
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

/// The offsets at which four loads of 8 bytes, the first one at 0, cover 8 to 32 bytes. Without branches, since the
/// lengths of names are hard to predict.
struct four_loads {
  std::size_t second;
  std::size_t third;
  std::size_t last;

  /// \pre 8 <= length <= 32
  [[nodiscard]] static four_loads over(std::size_t length) noexcept {
    return {length < 16 ? length - 8 : 8, length < 16 ? 0 : length - 16, length - 8};
  }
};

/// A multiply-and-fold hash in the manner of wyhash (Wang Yi). The seed is in every factor: if a factor were known, a
/// key could make it zero, and the bytes in the other factor would not affect the hash. O(length)
[[nodiscard]] inline std::uint64_t hash_bytes(const char* bytes, std::size_t length) noexcept {
  constexpr std::uint64_t k0 = 0xA0761D6478BD642Fu;
  constexpr std::uint64_t k1 = 0xE7037ED1A0B428DBu;
  const std::uint64_t seed = hash_seed();
  const std::uint64_t other = seed * k0;
  std::uint64_t folded = 0;
  if (length >= 8 && length <= 32) {
    const four_loads at = four_loads::over(length);
    folded = multiply_fold(load_8(bytes) ^ seed, load_8(bytes + at.second) ^ other) ^
             multiply_fold(load_8(bytes + at.third) ^ ~seed, load_8(bytes + at.last) ^ (other + k1));
  } else if (length > 32) {
    const char* const end = bytes + length;
    std::uint64_t state = seed;
    for (; end - bytes > 16; bytes += 16) {
      state = multiply_fold(load_8(bytes) ^ other, load_8(bytes + 8) ^ state) + seed;
    }
    folded = multiply_fold(load_8(end - 16) ^ other, load_8(end - 8) ^ state);
  } else if (length >= 4) {
    folded = multiply_fold(load_4(bytes) ^ seed, load_4(bytes + length - 4) ^ other);
  } else if (length != 0) {
    const auto at = [bytes](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])); };
    folded = multiply_fold((at(0) << 16 | at(length / 2) << 8 | at(length - 1)) ^ seed, other);
  }
  return multiply_fold(other ^ length, folded ^ k1);
}

/// Whether the bytes are equal, as by `==`; for the lengths of most names without a call of `memcmp`. O(length).
/// \pre both have the same length
[[nodiscard]] inline bool equal_bytes(std::string_view left, std::string_view right) noexcept {
  const char* const a = left.data();
  const char* const b = right.data();
  const std::size_t length = left.size();
  const auto differ = [a, b](std::size_t at) { return load_8(a + at) ^ load_8(b + at); };
  if (length >= 8 && length <= 32) {
    const four_loads at = four_loads::over(length);
    return (differ(0) | differ(at.second) | differ(at.third) | differ(at.last)) == 0;
  }
  if (length > 32) return std::memcmp(a, b, length) == 0;
  for (std::size_t i = 0; i != length; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

/// The object representation of a floating-point number, in which 0.0 and -0.0 differ, and a NaN equals itself.
template <std::floating_point T>
[[nodiscard]] std::string_view bytes_of(const T& number) noexcept {
  // An 80-bit long double has padding behind its 10 bytes.
  constexpr std::size_t bytes = sizeof(T) > 8 && std::numeric_limits<T>::digits == 64 ? 10 : sizeof(T);
  return {reinterpret_cast<const char*>(std::addressof(number)), bytes};
}

}  // namespace detail

/// `std::hash` with its bits mixed; for floating-point numbers, the hash of their bits.
template <class T>
struct OURO_SHARED_TYPE intern_hash {
  [[nodiscard]] std::size_t operator()(const T& value) const noexcept(noexcept(std::hash<T>{}(value))) {
    if constexpr (std::floating_point<T>) {
      const std::string_view bits = detail::bytes_of(value);
      return detail::integer_cast<std::size_t>(detail::hash_bytes(bits.data(), bits.size()));
    } else {
      // std::hash of an integer may be the integer itself, with equal upper bits for all small numbers.
      return static_cast<std::size_t>(
          detail::multiply_fold(std::hash<T>{}(value) ^ detail::hash_seed(), 0xA0761D6478BD642Fu));
    }
  }
};

/// `==`; for floating-point numbers, equality of bits, so that an interned -0.0 is not replaced by 0.0.
template <class T>
struct OURO_SHARED_TYPE intern_equal {
  [[nodiscard]] bool operator()(const T& left, const T& right) const noexcept(noexcept(left == right)) {
    if constexpr (std::floating_point<T>) {
      return detail::bytes_of(left) == detail::bytes_of(right);
    } else {
      return left == right;
    }
  }
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
