#pragma once
/// \file
/// The table of block sizes: 8, 16, 24 … 1024 bytes, one class for each 8. CPython spaces its classes by 16 because
/// every block must suit every type; here the alignment is known, so 8 is enough where the type allows it.

#include <ouro/base/integer_cast.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

struct size_class {
  static constexpr std::size_t spacing = 8;     ///< bytes
  static constexpr std::size_t largest = 1024;  ///< bytes; larger requests go to the system
  static constexpr std::size_t count = largest / spacing;
  /// The strictest alignment that pools give, in bytes: blocks begin at a multiple of it behind the pool's header.
  static constexpr std::size_t strictest_alignment = 64;

  /// The bytes of a request rounded up to its alignment, and to the spacing of the classes: a block of a class is
  /// aligned as its size is, so that this is all that over-aligned types need.
  [[nodiscard]] static constexpr std::size_t rounded(std::size_t bytes, std::size_t alignment) noexcept {
    const std::size_t unit = alignment < spacing ? spacing : alignment;
    return (bytes + unit - 1) / unit * unit;
  }

  /// Whether pools serve the request.
  [[nodiscard]] static constexpr bool serves(std::size_t bytes, std::size_t alignment) noexcept {
    static_assert(largest % strictest_alignment == 0);  // what is rounded up is still served
    return bytes <= largest && alignment <= strictest_alignment;
  }

  /// The class of a request. \pre `serves(bytes, alignment)` and `bytes > 0`
  [[nodiscard]] static constexpr std::uint32_t of(std::size_t bytes, std::size_t alignment) noexcept {
    return integer_cast<std::uint32_t>(rounded(bytes, alignment) / spacing - 1);
  }

  /// Bytes of a block of the class.
  [[nodiscard]] static constexpr std::size_t bytes(std::uint32_t index) noexcept { return (index + 1) * spacing; }
};

static_assert(size_class::of(1, 1) == 0 && size_class::bytes(0) == 8);
static_assert(size_class::of(40, 8) == 4 && size_class::bytes(4) == 40);
static_assert(size_class::of(40, 16) == 5 && size_class::bytes(5) == 48);
static_assert(size_class::of(512, 8) == 63 && size_class::bytes(63) == 512);
static_assert(size_class::serves(1024, 8) && size_class::serves(961, 64) && !size_class::serves(1025, 1));
static_assert(!size_class::serves(static_cast<std::size_t>(-1), 8) && !size_class::serves(8, 128));

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
