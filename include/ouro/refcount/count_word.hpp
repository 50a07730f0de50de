#pragma once
/// \file
/// What the bits of a count mean, whichever policy counts.

#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// What lowering a count found.
enum class drop_result : std::uint8_t {
  kept,     ///< lowered; other pointers remain, and there is nothing to do
  suspect,  ///< not lowered yet: pointers would remain, and the collector must first buffer the object as a candidate
  last,     ///< lowered to nothing: the object dies
  queued    ///< lowered; what follows is for the owner thread to find out: `R::enqueue` is due
};

/// What a header holds in place of a plain number: how many pointers there are, and what a drop has to do.
/// ```
///   0 nnn … n   quiet      n + 1 pointers
///   1 0nn … n   suspect_on_drop       n pointers
///   1 1nn … n   immortal   whatever n is
///   1 111 … 1   none       no pointer: a dying object; a drop leaves it so
/// ```
/// A *suspect_on_drop* object must become a candidate when a drop leaves it alive. The others are *quiet*: their types
/// cannot reach themselves, or they are in the candidate buffer already. Quiet with one pointer is 0, so that the sign
/// of what a subtraction leaves decides "lowered, nothing to do", and that of an addition "raised, nothing to do" for
/// all but the suspect_on_drop, whose word is looked at once more.
///
/// An immortal object is never freed, and its count is put back to the middle of the range whenever it is touched, so
/// that unbalanced releases cannot bring it down (PEP 683). A count that cannot be raised any more becomes immortal.
/// The library takes quiet objects of 2^30 pointers and more for immortal already, and makes them so when it meets
/// them.
struct count_word {
  static constexpr std::uint32_t one = 0;  ///< quiet, and one pointer
  static constexpr std::uint32_t suspect_on_drop = std::uint32_t{1} << 31;
  static constexpr std::uint32_t immortal = std::uint32_t{1} << 30;
  static constexpr std::uint32_t pinned =
      suspect_on_drop | immortal | immortal >> 1;  ///< what an immortal object's is set to
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  [[nodiscard]] static constexpr bool is_immortal(std::uint32_t word) noexcept {
    return (word & immortal) != 0 && word != none;
  }
  [[nodiscard]] static constexpr bool is_suspect_on_drop(std::uint32_t word) noexcept {
    return (word & suspect_on_drop) != 0;
  }

  /// Whether `sum` is a suspect_on_drop count and 1, and nothing has spilled into the flags.
  [[nodiscard]] static constexpr bool is_suspect_sum(std::uint32_t sum) noexcept {
    return sum - suspect_on_drop - 2 < immortal - 2;
  }

  /// How many pointers. \pre mortal, and not none
  [[nodiscard]] static constexpr std::uint32_t pointers(std::uint32_t word) noexcept {
    return (word & ~suspect_on_drop) + 1 - (word >> 31);
  }

  /// How many pointers; large if immortal.
  [[nodiscard]] static constexpr std::uint32_t strong(std::uint32_t word) noexcept {
    return word == none ? 0 : pointers(word);
  }

  /// Whether there is one pointer.
  [[nodiscard]] static constexpr bool is_last(std::uint32_t word) noexcept {
    return word == one || word == (suspect_on_drop | 1);
  }

  /// One pointer more.
  [[nodiscard]] static constexpr std::uint32_t raised(std::uint32_t word) noexcept {
    return is_immortal(word) || is_immortal(word + 1) ? pinned : word + 1;
  }

  /// One pointer fewer. \pre mortal, and not none
  [[nodiscard]] static constexpr std::uint32_t lowered(std::uint32_t word) noexcept {
    return word == (suspect_on_drop | 1) ? none : word - 1;
  }

  /// As many pointers, suspect_on_drop or quiet. Immortal stays immortal.
  [[nodiscard]] static constexpr std::uint32_t with_suspect_on_drop(std::uint32_t word) noexcept {
    if (word < immortal) return (word + 1) | suspect_on_drop;
    return is_immortal(word) ? pinned : word;
  }
  [[nodiscard]] static constexpr std::uint32_t without_suspect_on_drop(std::uint32_t word) noexcept {
    return word - suspect_on_drop < immortal ? (word & ~suspect_on_drop) - 1 : word;
  }
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
