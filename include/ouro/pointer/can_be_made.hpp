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

/// `takes_arguments` for `make<Element[]>(length, args...)`.
template <class Element>
[[nodiscard]] consteval bool takes_length() {
  OURO_REQUIRE(Element[], "ouro: `make` needs the length of the array as its first argument", false);
  return false;
}
template <class Element, class Length, class... Args>
[[nodiscard]] consteval bool takes_length() {
  constexpr bool is_length = requires(const Length& length) { static_cast<std::size_t>(length); };
  OURO_REQUIRE(Element[], "ouro: `make` needs the length of the array as its first argument", is_length);
  using made = making<Element, const std::remove_reference_t<Args>&...>;
  constexpr bool fits = constructs<Element, const std::remove_reference_t<Args>&...>;
  OURO_REQUIRE(made, "ouro: `make`: no constructor of the elements takes these arguments, as const", fits);
  return is_length && fits;
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
    using made = making<element, const std::remove_reference_t<Args>&...>;
    constexpr bool fits = constructs<element, const std::remove_reference_t<Args>&...>;
    OURO_REQUIRE(made, "ouro: `make`: no constructor of the elements takes these arguments, as const", fits);
    return fits;
  } else {
    return takes_length<element, Args...>();
  }
}

/// Whether a `T` can be made from these arguments; if not, ends the compilation with the reason. Evaluates each time
/// whether `T` is complete: a variable template would keep its first answer.
template <class T, class... Args>
[[nodiscard]] consteval bool can_be_made() {
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
      if constexpr (is_concrete) return takes_arguments<T, Args...>();
    }
  }
  return false;
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
