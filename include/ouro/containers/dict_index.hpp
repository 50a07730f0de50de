#pragma once
/// \file
/// The hash index of a `dict`: a hash table of entry numbers, each in as few bytes as the size of the table allows.

#include <ouro/base/integer_cast.hpp>
#include <ouro/config.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Open addressing with linear probing over 2^n slots of 1, 2, 4 or 8 bytes, of which at most two thirds are used, as
/// in CPython's dictobject.c. A slot stores the number of an entry; the entries belong to the owner of the index.
template <class Allocator>
class dict_index {
 public:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  /// The number of entries that there is room for.
  [[nodiscard]] std::size_t room() const noexcept { return slots_ * 2 / 3; }
  [[nodiscard]] std::size_t bytes() const noexcept { return table_.size(); }

  /// How many slots an index needs for so many entries.
  [[nodiscard]] static constexpr std::size_t slots_for(std::size_t entries) noexcept {
    const std::size_t least = entries + entries / 2 + 1;
    return least < 8 ? 8 : std::bit_ceil(least);
  }

  /// How many slots the index has that replaces a full one: enough for about twice the entries.
  [[nodiscard]] static constexpr std::size_t grown_slots_for(std::size_t entries) noexcept {
    return std::bit_ceil(entries < 3 ? std::size_t{8} : entries * 3);
  }

  /// An empty index of so many slots. \throws std::bad_alloc
  explicit dict_index(std::size_t slots = 0)
      : slots_{slots},
        width_{slots <= 0x80           ? 1u
               : slots <= 0x8000       ? 2u
               : slots <= 0x8000'0000u ? 4u
                                       : 8u},
        shift_{slots == 0 ? 0u : 64u - static_cast<std::uint32_t>(std::countr_zero(slots))} {
    table_.resize(slots_ * width_, static_cast<unsigned char>(0xFF));
  }

  /// The number of the entry with this hash for which `is_it(number)` is true, or `none`. O(1) on average.
  template <class IsIt>
  [[nodiscard]] std::size_t find(std::size_t hash, IsIt is_it) const {
    if (slots_ == 0) return none;
    for (std::size_t slot = home(hash);; slot = next(slot)) {
      const std::size_t number = at(slot);
      if (number == empty()) return none;
      if (is_it(number)) return number;
    }
  }

  /// \pre there is a free slot, and the entry is not in the index
  void insert(std::size_t hash, std::size_t number) noexcept {
    std::size_t slot = home(hash);
    while (at(slot) != empty()) slot = next(slot);
    put(slot, number);
  }

  void clear() noexcept { std::memset(table_.data(), 0xFF, table_.size()); }

  /// Removes an entry and shifts the following ones (Knuth, TAOCP 3, 6.4, algorithm R), so that removals leave no
  /// deleted slots that searches must cross. `hash_of(number)` is the hash of any entry. \pre the entry is in the index
  template <class HashOf>
  void remove(std::size_t number, HashOf hash_of) noexcept {
    std::size_t hole = home(hash_of(number));
    while (at(hole) != number) hole = next(hole);
    for (std::size_t slot = next(hole); at(slot) != empty(); slot = next(slot)) {
      // An entry may move into the hole unless its home lies behind the hole, up to itself.
      const std::size_t distance = (slot - home(hash_of(at(slot)))) & (slots_ - 1);
      if (distance < ((slot - hole) & (slots_ - 1))) continue;
      put(hole, at(slot));
      hole = slot;
    }
    put(hole, empty());
  }

 private:
  [[nodiscard]] std::size_t home(std::size_t hash) const noexcept {
    // Hashes may differ only in their lowest bits, as those of integers do, only in their highest bits, or by multiples
    // of some number. The first multiplication carries differences to higher bits; the shift between brings them down
    // again; after the second multiplication each bit of the result depends on all bits of the hash.
    std::uint64_t mixed = hash;
    mixed = (mixed ^ mixed >> 32) * 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ mixed >> 29) * 0xA0761D6478BD642Fu;
    return integer_cast<std::size_t>(mixed >> shift_);
  }
  [[nodiscard]] std::size_t next(std::size_t slot) const noexcept { return (slot + 1) & (slots_ - 1); }

  /// The value of an empty slot: all bits are set.
  [[nodiscard]] std::size_t empty() const noexcept {
    return width_ >= sizeof(std::size_t) ? none : (std::size_t{1} << (8 * width_)) - 1;
  }

  [[nodiscard]] std::size_t at(std::size_t slot) const noexcept {
    const unsigned char* const from = table_.data() + slot * width_;
    if (width_ == 1) return *from;
    if (width_ == 2) return load<std::uint16_t>(from);
    return width_ == 4 ? load<std::uint32_t>(from) : load<std::uint64_t>(from);
  }

  void put(std::size_t slot, std::size_t number) noexcept {
    unsigned char* const to = table_.data() + slot * width_;
    if (width_ == 1) return store<std::uint8_t>(to, number);
    if (width_ == 2) return store<std::uint16_t>(to, number);
    return width_ == 4 ? store<std::uint32_t>(to, number) : store<std::uint64_t>(to, number);
  }

  template <class Number>
  [[nodiscard]] static std::size_t load(const unsigned char* from) noexcept {
    Number number;
    std::memcpy(&number, from, sizeof number);
    return static_cast<std::size_t>(number);
  }

  template <class Number>
  static void store(unsigned char* to, std::size_t number) noexcept {
    const auto narrow = static_cast<Number>(number);
    std::memcpy(to, &narrow, sizeof narrow);
  }

  std::size_t slots_;    ///< a power of two from 8 on, or 0
  std::uint32_t width_;  ///< bytes of a slot
  std::uint32_t shift_;  ///< shifts 64 bits right to the log2(slots_) highest ones
  std::vector<unsigned char, Allocator> table_;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
