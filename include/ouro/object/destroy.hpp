#pragma once
/// \file
/// Ends an object, with the parts of a tuple in an order that is the same everywhere.

#include <ouro/config.hpp>

#include <cstddef>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// `std::destroy_at`. \throws what the destructor throws
template <class T>
struct destroyer {
  OURO_ALWAYS_INLINE static void destroy(T* object) { std::destroy_at(object); }
};

/// The elements of a tuple go from the last to the first, as members do, those of an array and those of CPython's
/// tuples; the standard leaves the order to its libraries, which differ in it.
template <class... Ts>
  requires(sizeof...(Ts) > 1 && !(std::is_trivially_destructible_v<Ts> && ...))
struct destroyer<std::tuple<Ts...>> {
  static void destroy(std::tuple<Ts...>* object) {
    [object]<std::size_t... I>(std::index_sequence<I...>) {
      (destroy_element<sizeof...(Ts) - 1 - I>(*object), ...);
    }(std::index_sequence_for<Ts...>{});
  }

 private:
  template <std::size_t I>
  static void destroy_element(std::tuple<Ts...>& of) {
    using element = std::tuple_element_t<I, std::tuple<Ts...>>;
    if constexpr (!std::is_reference_v<element>) std::destroy_at(std::addressof(std::get<I>(of)));
  }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
