#pragma once
/// \file
/// How a trace reports the edges of a base class.

#include <ouro/config.hpp>

#include <concepts>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// The part of an object that is of the class `Base`.
template <class Base>
struct base_part {
  Base& part;
};

template <class T>
inline constexpr bool is_base_part = false;
template <class Base>
inline constexpr bool is_base_part<base_part<Base>> = true;

}  // namespace detail

namespace functions {

/// For a trace: `visit(ouro::base<node>(*this), left_, right_)` visits what `node` holds, whether that is an aggregate
/// or has a trace, of either form.
template <class Base, std::derived_from<Base> Derived>
[[nodiscard]] detail::base_part<Base> base(Derived& self) noexcept {
  return {self};
}

}  // namespace functions
}  // namespace ouro

#include <ouro/macros/restore.hpp>
