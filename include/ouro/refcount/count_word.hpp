#pragma once
/// \file
/// What the bits of a count mean, whichever policy counts.

#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// What a drop of a pointer has found.
enum class drop_result : std::uint8_t {
  kept,     ///< the count was lowered; other pointers remain
  suspect,  ///< the count was not lowered: pointers would remain, and the collector must buffer the object as a root
            ///< first
  last,     ///< the count was lowered to zero: the object dies
  queued    ///< the count was lowered; only the owner thread knows the total, so the caller must call `R::enqueue`
};

/// What a header holds in place of a plain number: how many pointers there are, and what a drop has to do.
/// ```
///   0 nnn … n                     n + 1 pointers
///   1 0nn … n   suspect_on_drop   n pointers
///   1 1nn … n   immortal          whatever n is
///   1 111 … 1   none              no pointer: the object is dying; a drop does not change the word
/// ```
/// An object with the `suspect_on_drop` bit must become a candidate root when a drop leaves it alive. An object without
/// the bit cannot be part of a cycle, or is in the root buffer already. The word 0 is one pointer without the bit, so
/// that the sign of a lowered word says whether the drop is complete. The sign of a raised word says the same, except
/// that a word with the bit is looked at once more.
///
/// An immortal object is never freed. Its count is set back to the middle of the immortal range whenever it is changed,
/// so that unbalanced releases cannot bring it down (PEP 683). A count that has reached its maximum becomes immortal.
/// Without the bit, a count of 2^30 pointers and more is treated as immortal, and is made so when it is changed next.
struct count_word {
  static constexpr std::uint32_t one = 0;  ///< one pointer, without `suspect_on_drop`
  static constexpr std::uint32_t suspect_on_drop = std::uint32_t{1} << 31;
  static constexpr std::uint32_t immortal = std::uint32_t{1} << 30;
  /// The word of an immortal object after a change.
  static constexpr std::uint32_t pinned = suspect_on_drop | immortal | immortal >> 1;
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  [[nodiscard]] static constexpr bool is_immortal(std::uint32_t word) noexcept {
    return (word & immortal) != 0 && word != none;
  }
  [[nodiscard]] static constexpr bool is_suspect_on_drop(std::uint32_t word) noexcept {
    return (word & suspect_on_drop) != 0;
  }

  /// Whether `sum` is one more than a mortal word with `suspect_on_drop`.
  [[nodiscard]] static constexpr bool is_suspect_sum(std::uint32_t sum) noexcept {
    return sum - suspect_on_drop - 2 < immortal - 2;
  }

  /// The number of pointers. \pre mortal, and not none
  [[nodiscard]] static constexpr std::uint32_t pointers(std::uint32_t word) noexcept {
    return (word & ~suspect_on_drop) + 1 - (word >> 31);
  }

  /// The number of pointers; a large number if the object is immortal.
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

  /// The word of as many pointers with the bit set. An immortal word stays immortal.
  [[nodiscard]] static constexpr std::uint32_t with_suspect_on_drop(std::uint32_t word) noexcept {
    if (word < immortal) return (word + 1) | suspect_on_drop;
    return is_immortal(word) ? pinned : word;
  }
  /// The word of as many pointers with the bit cleared. An immortal word stays immortal.
  [[nodiscard]] static constexpr std::uint32_t without_suspect_on_drop(std::uint32_t word) noexcept {
    return word - suspect_on_drop < immortal ? (word & ~suspect_on_drop) - 1 : word;
  }
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
