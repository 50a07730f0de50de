#pragma once
/// \file
/// What the bits of a count mean, whichever policy counts.

#include <cstdint>

namespace ouro {

/// What lowering a count found.
enum class released : std::uint8_t {
  kept,     ///< lowered; other pointers remain, and there is nothing to do
  suspect,  ///< not lowered yet: pointers would remain, and the collector must first buffer the object as a candidate
  last      ///< lowered to zero: the object dies
};

/// ```
///   31      30         29 … 0
///   quiet   immortal   number of strong pointers
/// ```
/// A *quiet* object needs no candidacy: its type cannot reach itself, or it is in the candidate buffer already. The bit
/// lies next to the count so that one comparison of a decrement decides "lowered, nothing to do".
/// A count that reaches 2^30 sets *immortal* by itself: such an object is never freed, and its count is put back to the
/// middle of the immortal range whenever it is touched, so that unbalanced releases cannot bring it down (PEP 683).
struct count_word {
  static constexpr std::uint32_t quiet = std::uint32_t{1} << 31;
  static constexpr std::uint32_t immortal = std::uint32_t{1} << 30;
  static constexpr std::uint32_t counted = immortal - 1;  ///< mask, and the largest mortal count
  static constexpr std::uint32_t pinned =
      quiet | immortal | immortal >> 1;  ///< what an immortal object's count is set to

  [[nodiscard]] static constexpr bool is_immortal(std::uint32_t word) noexcept { return (word & immortal) != 0; }
  [[nodiscard]] static constexpr bool is_quiet(std::uint32_t word) noexcept { return (word & quiet) != 0; }
  [[nodiscard]] static constexpr std::uint32_t strong(std::uint32_t word) noexcept { return word & counted; }
};

}  // namespace ouro
