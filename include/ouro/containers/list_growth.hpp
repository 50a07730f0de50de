#pragma once
/// \file
/// How the storage of a `list` grows and shrinks: the rule of CPython 3.11, `list_resize`.

#include <ouro/config.hpp>

#include <cstddef>
#include <iterator>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The room of a list that grows or shrinks to `elements`: an eighth and up to six elements more, a multiple of four.
[[nodiscard]] constexpr std::size_t list_room_for(std::size_t elements) noexcept {
  return elements == 0 ? 0 : (elements + (elements >> 3) + 6) & ~std::size_t{3};
}
static_assert(list_room_for(1) == 4 && list_room_for(5) == 8 && list_room_for(9) == 16 && list_room_for(17) == 24 &&
              list_room_for(25) == 32 && list_room_for(33) == 40 && list_room_for(41) == 52 && list_room_for(53) == 64);

/// Moves the elements of a `std::vector` to storage with this room. An allocation may begin a collection whose
/// destructors change the vector: if it needs more room then, it stays as it is. \throws std::bad_alloc, and what
/// moving throws
template <class Vector>
OURO_NOINLINE void move_to_room(Vector& items, std::size_t room) {
  using element = typename Vector::value_type;
  if (room == items.capacity()) return;
  Vector moved;
  moved.reserve(room);
  if (moved.capacity() < items.size()) return;
  if constexpr (std::is_nothrow_move_constructible_v<element> || !std::is_copy_constructible_v<element>) {
    moved.insert(moved.end(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
  } else {
    moved.insert(moved.end(), items.begin(), items.end());
  }
  items.swap(moved);
}

/// Makes room for `more` elements. \post there is that room, even if a collection has changed the vector. \throws as
/// `move_to_room`
template <class Vector>
OURO_ALWAYS_INLINE void make_list_room(Vector& items, std::size_t more) {
  while (items.capacity() - items.size() < more) {
    const std::size_t wanted = items.size() + more;
    const std::size_t room = list_room_for(wanted);
    // If many elements are inserted at once, they get no spare room, but for rounding up to a multiple of four.
    move_to_room(items, more > room - wanted ? (wanted + 3) & ~std::size_t{3} : room);
  }
}

/// Shrinks the storage if less than half of it is used. Without memory for smaller storage, keeps it.
template <class Vector>
OURO_ALWAYS_INLINE void shrink_list_room(Vector& items) noexcept {
  if (items.size() >= items.capacity() / 2) return;
  OURO_TRY { move_to_room(items, list_room_for(items.size())); }
  OURO_CATCH_ALL {
  }
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
