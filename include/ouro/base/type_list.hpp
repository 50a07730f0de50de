#pragma once
/// \file
/// A list of types, and the few things that the library asks of one.

#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

template <class... Ts>
struct types {
  template <class T>
  static constexpr bool contains = (std::is_same_v<T, Ts> || ...);
};

template <class... First, class... Second>
[[nodiscard]] consteval auto operator+(types<First...>, types<Second...>) {
  return types<First..., Second...>{};
}

/// The types of a list, each once, in the order of their first places.
template <class... Found>
[[nodiscard]] consteval auto distinct(types<>, types<Found...> found = {}) {
  return found;
}
template <class First, class... Rest, class... Found>
[[nodiscard]] consteval auto distinct(types<First, Rest...>, types<Found...> found = {}) {
  if constexpr (types<Found...>::template contains<First>) {
    return distinct(types<Rest...>{}, found);
  } else {
    return distinct(types<Rest...>{}, types<Found..., First>{});
  }
}

/// Whether `T` is a complete type here. The first answer for a type stands for the whole translation unit.
template <class T, class = void>
inline constexpr bool is_complete = false;
template <class T>
inline constexpr bool is_complete<T, std::void_t<decltype(sizeof(T))>> = true;

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
