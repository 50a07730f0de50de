#pragma once
/// \file
/// What the objects of the graph fuzzer do when the library calls them.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

namespace ouro::fuzz {

/// What an object does in its constructor, its destructor or its finalizer, and what the callback of a weak pointer
/// does. `arg` is the number of a handle.
enum class behaviour : std::uint8_t {
  nothing,
  drop_root,    ///< root[arg].reset()
  make_root,    ///< root[arg] = a new node
  give_left,    ///< root[arg] = std::move(the object's left edge)
  cut_right,    ///< resets the object's right edge
  lock,         ///< root[arg] = watch[arg].lock()
  collect,      ///< gc::collect(), which does something in a constructor only
  intern,       ///< text[arg] = one of the words
  clear_items,  ///< clears the list of root[arg]
  clear_wide,   ///< clears the weak containers and attributes of wide[arg]
  insert_weak,  ///< inserts root[arg + 1] into the weak set of wide[arg]
  throws,       ///< throws, but in a destructor
  keep_self,    ///< root[arg] = the object itself; not in a destructor, nor do the following
  keep_beside,  ///< the left edge of root[arg] = the object itself
  keep_inside,  ///< its own left edge = the object itself
  count
};

inline constexpr std::size_t behaviours = static_cast<std::size_t>(behaviour::count);

/// The name of the enumerator.
[[nodiscard]] constexpr std::string_view name_of(behaviour what) noexcept {
  constexpr std::string_view names[] = {"nothing",     "drop_root", "make_root", "give_left",   "cut_right",
                                        "lock",        "collect",   "intern",    "clear_items", "clear_wide",
                                        "insert_weak", "throws",    "keep_self", "keep_beside", "keep_inside"};
  static_assert(std::size(names) == behaviours);
  return names[static_cast<std::size_t>(what)];
}

/// The behaviour of a destructor or callback that an operand stands for. Half of the operands stand for `nothing`.
[[nodiscard]] constexpr behaviour behaviour_of(std::uint8_t operand) noexcept {
  constexpr auto all = static_cast<std::uint8_t>(behaviour::keep_self);
  return operand % 2 == 0 ? behaviour::nothing : static_cast<behaviour>(operand / 2 % all);
}

/// The behaviour of a constructor or finalizer that an operand stands for. Each does something.
[[nodiscard]] constexpr behaviour rising_behaviour_of(std::uint8_t operand) noexcept {
  return static_cast<behaviour>(behaviours - 1 - operand / 8 % behaviours);
}

}  // namespace ouro::fuzz
