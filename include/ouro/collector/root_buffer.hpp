#pragma once
/// \file
/// The candidate roots: objects whose count has fallen to a non-zero value since a collection last looked at them. Each
/// may be the root of a garbage cycle (Bacon and Rajan 2001).

#include <ouro/base/integer_cast.hpp>
#include <ouro/base/raw_array.hpp>
#include <ouro/config.hpp>
#include <ouro/object/header.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Holds each candidate once. The header of a candidate has the number of its slot, so that entering and leaving are
/// O(1). A slot that was left is reused. Apart from that, slots are in the order of entry: so what is collected, and
/// the order of destruction, depend on the history of the program and not on addresses.
///
/// As large as a cache line, so that one shift makes the number of a buffer its place among others.
template <class RefcountPolicy>
class alignas(64) root_buffer {
 public:
  using header_type = header<RefcountPolicy>;

  /// `mark` is part of the info word of each buffered object: `info_word::buffered`, and perhaps that the buffer is the
  /// one of old or of frozen objects.
  constexpr explicit root_buffer(std::uint32_t mark) noexcept : mark_{mark} {}

  /// How many candidates there are.
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size - holes_; }

  /// How many slots there are, holes included.
  [[nodiscard]] std::size_t slots() const noexcept { return entries_.size; }

  /// The candidate in a slot; null for a hole.
  [[nodiscard]] header_type* at(std::size_t slot) const noexcept { return entries_.items[slot].object; }

  /// Whether one more can enter without asking for memory.
  [[nodiscard]] bool has_room() const noexcept { return first_hole_ != none || entries_.size != entries_.capacity; }

  /// False, and nothing has changed, when memory is exhausted.
  [[nodiscard]] bool make_room() noexcept {
    return has_room() || (entries_.size < most && entries_.reserve(entries_.size + 1)) || link_holes();
  }

  /// Room for `wanted` in all. False, and nothing has changed, when memory is exhausted.
  [[nodiscard]] bool reserve(std::size_t wanted) noexcept { return wanted <= most && entries_.reserve(wanted); }

  /// \pre not buffered, and `has_room()`
  OURO_ALWAYS_INLINE void enter(header_type& object) noexcept {
    std::size_t slot = first_hole_;
    if (slot != none) {
      first_hole_ = entries_.items[slot].info;
      --holes_;
    } else {
      slot = entries_.size++;
    }
    const std::uint32_t buffered = word_of(slot);
    entries_.items[slot] = {&object, header_type::update(object.info, [&](std::uint32_t) { return buffered; })};
  }

  /// Whether the object with this info word is in the buffer. \pre a buffered word
  [[nodiscard]] bool holds(const header_type& object, std::uint32_t word) const noexcept {
    const std::uint32_t slot = info_word::slot(word);
    return slot < entries_.size && entries_.items[slot].object == &object;
  }

  /// Gives the object its info word back, and returns it. \pre buffered
  std::uint32_t leave(header_type& object) noexcept {
    const std::uint32_t slot = info_word::slot(object.load_info());
    const std::uint32_t info = entries_.items[slot].info;
    RefcountPolicy::store(object.info, info);
    if (slot + 1 == entries_.size) {
      --entries_.size;
    } else {
      entries_.items[slot] = {nullptr, first_hole_};
      first_hole_ = slot;
      ++holes_;
    }
    if (holes_ == entries_.size) close_up();
    return info;
  }

  struct entry {
    header_type* object;  ///< null in a hole
    std::uint32_t info;   ///< the object's info word; in a hole, the next hole
  };

  /// `leave` for a sweep over all slots: the info word is the caller's to put back, and holes are found by `close_up`,
  /// which must come in the end, not by `enter`, unless there is no other room. Null if the slot is a hole, or if the
  /// constructor of its object has not returned.
  [[nodiscard]] entry take(std::size_t slot) noexcept {
    if (slot + ahead < entries_.size) prefetch_for_write(entries_.items[slot + ahead].object);
    const entry taken = entries_.items[slot];
    if (taken.object == nullptr || (taken.info & info_word::unborn) != 0) return {};
    entries_.items[slot].object = nullptr;
    ++holes_;
    return taken;
  }

  /// Brings the entry of a buffered object near.
  void fetch(std::uint32_t word) const noexcept { prefetch_for_write(&entries_.items[info_word::slot(word)]); }

  /// The info word that a buffered object's entry keeps.
  [[nodiscard]] std::uint32_t& info(const header_type& object) noexcept {
    return entries_.items[info_word::slot(object.load_info())].info;
  }

  /// Moves the candidates to the front, in their order, so that there are no holes.
  void close_up() noexcept {
    std::size_t size = 0;
    for (std::size_t slot = 0; slot != entries_.size && holes_ != entries_.size; ++slot) {
      const entry moved = entries_.items[slot];
      if (moved.object == nullptr) continue;
      if (size != slot) {
        entries_.items[size] = moved;
        RefcountPolicy::store(moved.object->info, word_of(size));
      }
      ++size;
    }
    entries_.size = size;
    first_hole_ = none;
    holes_ = 0;
  }

  /// Whether each candidate knows its slot, and the list of holes has all holes and nothing else. O(slots)
  [[nodiscard]] bool is_valid() const noexcept {
    std::size_t empty = 0;
    for (std::size_t slot = 0; slot != entries_.size; ++slot) {
      const header_type* const object = entries_.items[slot].object;
      if (object == nullptr) {
        ++empty;
      } else if (const std::uint32_t info = object->load_info(); info != word_of(slot)) {
        return false;
      }
    }
    std::size_t linked = 0;
    for (std::uint32_t hole = first_hole_; hole != none && linked <= empty; hole = entries_.items[hole].info) {
      if (hole >= entries_.size || entries_.items[hole].object != nullptr) return false;
      ++linked;
    }
    return empty == holes_ && linked == holes_;
  }

  /// Gives the memory of many more candidates than there are back.
  void shrink() noexcept {
    if (entries_.size == 0 && entries_.capacity > kept_slots) release();
  }

  void release() noexcept {
    entries_.release();
    first_hole_ = none;
    holes_ = 0;
  }

 private:
  static constexpr std::uint32_t none = std::uint32_t{1} << 30;
  static constexpr std::size_t most = none / 4;  ///< candidates, before the last doubling
  static_assert(2 * most - 1 == info_word::slot(~std::uint32_t{0}));
  static constexpr std::size_t kept_slots = std::size_t{1} << 16;
  static constexpr std::size_t ahead = 16;  ///< candidates to fetch ahead of a sweep

  /// Has `enter` find the holes that `take` has left, so that what a sweep took can return where memory is exhausted:
  /// behind the sweep. False when there are none. \pre no hole is linked
  [[nodiscard]] OURO_NOINLINE bool link_holes() noexcept {
    if (holes_ == 0) return false;
    for (std::size_t slot = 0; slot != entries_.size; ++slot) {
      if (entries_.items[slot].object != nullptr) continue;
      entries_.items[slot].info = first_hole_;
      first_hole_ = integer_cast<std::uint32_t>(slot);
    }
    return true;
  }

  [[nodiscard]] std::uint32_t word_of(std::size_t slot) const noexcept {
    return integer_cast<std::uint32_t>(slot) << info_word::slot_shift | mark_;
  }

  raw_array<entry> entries_;
  std::uint32_t first_hole_ = none;  ///< the hole left last
  std::size_t holes_ = 0;
  std::uint32_t mark_;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
