#pragma once
/// \file
/// How much room a `list` takes: the rule of CPython 3.11, `list_resize`.

#include <ouro/config.hpp>

#include <cstddef>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The room of a list that grows or shrinks to `elements`: an eighth and up to six elements more, a multiple of four.
[[nodiscard]] constexpr std::size_t list_room_for(std::size_t elements) noexcept {
  return elements == 0 ? 0 : (elements + (elements >> 3) + 6) & ~std::size_t{3};
}
static_assert(list_room_for(1) == 4 && list_room_for(5) == 8 && list_room_for(9) == 16 && list_room_for(17) == 24 &&
              list_room_for(25) == 32 && list_room_for(33) == 40 && list_room_for(41) == 52 && list_room_for(53) == 64);

/// The room of a list of `size` elements that grows by `more` at once. If these are more than the spare room that the
/// rule adds, there is no spare room but for rounding up to a multiple of four.
[[nodiscard]] constexpr std::size_t list_room_for_more(std::size_t size, std::size_t more) noexcept {
  const std::size_t wanted = size + more;
  const std::size_t room = list_room_for(wanted);
  return more > room - wanted ? (wanted + 3) & ~std::size_t{3} : room;
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
