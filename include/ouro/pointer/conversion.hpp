#pragma once
/// \file
/// Which pointers convert to which, and the check that a base class lies where its header is expected.

#include <ouro/base/diagnostics.hpp>
#include <ouro/base/type_name.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/config.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/trace/cyclic_types.hpp>

#include <memory>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

template <class From, class To>
[[nodiscard]] consteval bool converts_pointer() {
  if constexpr (std::is_array_v<From> && std::is_array_v<To>) {
    using elements = std::remove_extent_t<To>;
    return std::is_convertible_v<std::remove_extent_t<From>(*)[], elements(*)[]> &&
           (std::is_unbounded_array_v<To> || std::extent_v<From> == std::extent_v<To>);
  } else {
    return !std::is_array_v<To> && (!std::is_array_v<From> || std::is_void_v<To>) &&
           std::is_convertible_v<std::remove_extent_t<From>*, To*>;
  }
}

/// The rule of `std::shared_ptr`: `From*` converts to `To*`, but arrays convert only to arrays of the same elements.
template <class From, class To>
concept pointer_converts_to = converts_pointer<From, To>();

/// Storage for a `T` that is never constructed: constant expressions may compute the addresses of its bases.
template <class T>
union room_for {
  constexpr room_for() noexcept : none{} {}
  constexpr ~room_for() {}

  char none;
  T object;
};

/// Whether `Base` is a base class of `Derived` at offset 0. A virtual base is not, since its offset is only known at
/// run time.
template <class Derived, class Base>
[[nodiscard]] consteval bool base_is_first() {
  if constexpr (!requires(Base* base) { static_cast<Derived*>(base); }) {
    return false;
  } else if constexpr (std::is_abstract_v<Derived>) {
    return true;  // an abstract class cannot be stored in `room_for`; `convert` checks at run time
  } else {
    room_for<Derived> room;
    Derived* const derived = std::addressof(room.object);
    return static_cast<const volatile void*>(static_cast<Base*>(derived)) == static_cast<const volatile void*>(derived);
  }
}

template <class Derived, class Base>
concept is_upcast = std::is_class_v<Derived> && std::is_class_v<Base> && !std::is_same_v<Derived, Base>;

/// Whether the conversion must read the living object to find its `To`: for a virtual base, or from an `interior_base`
/// to void.
template <class To, class From>
[[nodiscard]] consteval bool converts_by_object() {
  using from = std::remove_cv_t<From>;
  using to = std::remove_cv_t<To>;
  if constexpr (is_upcast<from, to>) {
    return !requires(to* base) { static_cast<from*>(base); };
  } else if constexpr (std::is_void_v<to>) {
    return interior_base<from>;
  } else {
    return false;
  }
}

/// Converts the raw pointer of a `managed_ptr<From>` to that of a `managed_ptr<To>`. Does not compile unless both types
/// lead to the same header.
template <class CollectorPolicy, class To, class From>
[[nodiscard]] OURO_ALWAYS_INLINE constexpr std::remove_extent_t<To>* convert(
    std::remove_extent_t<From>* pointee) noexcept {
  using from = std::remove_cv_t<From>;
  using to = std::remove_cv_t<To>;
  if constexpr (is_upcast<from, to>) {
    static_assert(
        interior_base<to> || base_is_first<from, to>(),
        "ouro: the base class does not lie at the beginning of the object, where the header is looked for: make it "
        "the first base, or say `template <> inline constexpr bool ouro::interior_base<Base> = true;`");
    if constexpr (finds_cycles<CollectorPolicy>) {
      static_assert(
          shows_edges_of<from, to>(),
          "ouro: the derived class holds edges that its base does not show, so that cycles through pointers to the "
          "base would not be found: give the base a virtual destructor, or say "
          "`template <> inline constexpr bool ouro::extensible<Base> = true;`");
    }
    To* const base = pointee;
    if constexpr (!interior_base<to> && std::is_abstract_v<from>) {
      if (static_cast<const volatile void*>(base) != static_cast<const volatile void*>(pointee)) {
        misuse("converted to a base class that does not lie at the beginning of the object", type_name_of<to>);
      }
    }
    return base;
  } else if constexpr (interior_base<from> && std::is_void_v<to>) {
    // To the beginning of the whole object, since a pointer to void does not find the header from an interior base.
    return dynamic_cast<To*>(pointee);
  } else {
    return pointee;
  }
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
