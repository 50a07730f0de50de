#pragma once
/// \file
/// The requirements of `make` on a type and its arguments, each with an error message of its own.

#include <ouro/config.hpp>

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Whether `new T(args...)` compiles, possibly with warnings.
template <class T, class... Args>
concept constructs = requires(void* at, Args&&... args) { ::new (at) T(std::forward<Args>(args)...); };

/// How an error message names the construction of a `T`: `T(Args...)`; of an array, with the type of its elements.
template <class T, class... Args>
using making = std::remove_all_extents_t<T>(Args...);

/// Whether `new T` compiles, which leaves scalars without a value.
template <class T>
concept constructs_by_default = requires(void* at) { ::new (at) T; };

/// Whether the elements of an array can be made from these arguments: each from all of them, but an element that is an
/// array itself from none, or as a copy of one of its type.
template <class Element, class... Args>
[[nodiscard]] consteval bool takes_fill() {
  using made = making<Element, const std::remove_reference_t<Args>&...>;
  if constexpr (std::is_array_v<Element>) {
    using single = std::remove_all_extents_t<Element>;
    constexpr bool is_row =
        sizeof...(Args) == 0 ||
        (sizeof...(Args) == 1 && (std::is_same_v<std::remove_cvref_t<Args>, std::remove_cv_t<Element>> && ...));
    OURO_REQUIRE(made, "ouro: `make`: the elements are arrays, and are made from one array of their type, or nothing",
                 is_row);
    constexpr bool fits = sizeof...(Args) == 0 ? constructs<single> : constructs<single, const single&>;
    OURO_REQUIRE(made, "ouro: `make`: no constructor of the elements takes these arguments, as const", fits);
    return is_row && fits;
  } else {
    constexpr bool fits = constructs<Element, const std::remove_reference_t<Args>&...>;
    OURO_REQUIRE(made, "ouro: `make`: no constructor of the elements takes these arguments, as const", fits);
    return fits;
  }
}

template <class Length>
concept is_length_of_array = requires(const Length& length) { static_cast<std::size_t>(length); };

/// `takes_arguments` for `make<Element[]>(length, args...)`.
template <class Element>
[[nodiscard]] consteval bool takes_length() {
  OURO_REQUIRE(Element[], "ouro: `make` needs the length of the array as its first argument", false);
  return false;
}
template <class Element, class Length, class... Args>
[[nodiscard]] consteval bool takes_length() {
  constexpr bool is_length = is_length_of_array<Length>;
  OURO_REQUIRE(Element[], "ouro: `make` needs the length of the array as its first argument", is_length);
  return is_length && takes_fill<Element, Args...>();
}

/// The part of `can_be_made` that depends on the arguments. \pre `T` is complete, and not abstract
template <class T, class... Args>
[[nodiscard]] consteval bool takes_arguments() {
  using element = std::remove_cv_t<std::remove_extent_t<T>>;
  if constexpr (!std::is_array_v<T>) {
    using made = making<element, Args...>;
    constexpr bool fits = constructs<element, Args...>;
    OURO_REQUIRE(made, "ouro: `make`: no constructor that it can call takes these arguments", fits);
    return fits;
  } else if constexpr (std::is_bounded_array_v<T>) {
    return takes_fill<element, Args...>();
  } else {
    return takes_length<element, Args...>();
  }
}

/// Whether `T` is a type of objects that can be made; if not, ends the compilation with the reason. Evaluates each time
/// whether `T` is complete: a variable template would keep its first answer.
template <class T>
[[nodiscard]] consteval bool is_makeable() {
  using element = std::remove_cv_t<std::remove_all_extents_t<T>>;
  constexpr bool is_object = !std::is_void_v<T> && !std::is_reference_v<T> && !std::is_function_v<T>;
  OURO_REQUIRE(T, "ouro: `make` makes objects, and this is no type of objects", is_object);
  if constexpr (is_object) {
    constexpr bool is_defined = requires { sizeof(element); };
    OURO_REQUIRE(element, "ouro: `make` needs the definition of the class, which is incomplete here", is_defined);
    if constexpr (is_defined) {
      constexpr bool is_concrete = !std::is_abstract_v<element>;
      OURO_REQUIRE(element, "ouro: `make` cannot make an abstract class: make an object of a class derived from it",
                   is_concrete);
      return is_concrete;
    }
  }
  return false;
}

/// Whether a `T` can be made from these arguments; if not, ends the compilation with the reason.
template <class T, class... Args>
[[nodiscard]] consteval bool can_be_made() {
  if constexpr (is_makeable<T>()) {
    return takes_arguments<T, Args...>();
  } else {
    return false;
  }
}

/// `can_be_made` for `make_for_overwrite`, whose only argument is the length of an array.
template <class T, class... Length>
[[nodiscard]] consteval bool can_be_made_for_overwrite() {
  if constexpr (is_makeable<T>()) {
    using element = std::remove_cv_t<std::remove_all_extents_t<T>>;
    constexpr bool fits = constructs_by_default<element>;
    OURO_REQUIRE(element, "ouro: `make_for_overwrite` needs a default constructor that it can call", fits);
    constexpr std::size_t lengths = std::is_unbounded_array_v<T> ? 1 : 0;
    constexpr bool is_length = sizeof...(Length) == lengths && (is_length_of_array<Length> && ...);
    OURO_REQUIRE(T, "ouro: `make_for_overwrite` takes the length of an array of unknown bound, and nothing else",
                 is_length);
    return fits && is_length;
  } else {
    return false;
  }
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
