#pragma once
/// \file
/// How the library sees into a type: what it is made of, and whether it can hold edges at all.

#include <ouro/base/type_list.hpp>
#include <ouro/base/type_name.hpp>
#include <ouro/trace/aggregate.hpp>
#include <ouro/trace/inherited_trace.hpp>
#include <ouro/trace/reflection.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// To be specialised for a type of another library that holds edges:
/// ```
/// template <class T>
/// struct ouro::tracer<foreign::box<T>> {
///   static void trace(foreign::box<T>& box, auto&& visit) { visit(box.content()); }
/// };
/// ```
template <class T>
struct tracer;

class OURO_SHARED_TYPE edge_visitor;

namespace detail {

/// Specialised for `managed_ptr` where that is defined.
template <class T>
struct edge_traits;

template <class T>
struct automatic_leaf;

}  // namespace detail

/// Says that `T` holds no edges. Most types need not say it: trivially destructible and empty types, the standard
/// library's value types, and what is made of such alone are leaves by themselves. For a class that the
/// library cannot see through, `template <> inline constexpr bool ouro::leaf<my_class> = true;`.
/// A wrong `true` is a leak, never a dangling pointer. It also speaks for the edges of base classes.
template <class T>
inline constexpr detail::automatic_leaf<T> leaf{};

namespace detail {

/// How a type shows its edges.
enum class trace_kind {
  none,      ///< holds no edges
  edge,      ///< is one
  foreign,   ///< `tracer<T>`
  member,    ///< `T::trace`
  array,     ///< elements
  optional,  ///< a value or none
  variant,   ///< one of several values
  tuple,     ///< several values
  owner,     ///< `std::unique_ptr`: the object it points to
  range,     ///< elements between `begin` and `end`
  adapter,   ///< `std::stack` and its like: the container inside
  members,   ///< an aggregate's; with reflection, those of any class and of its bases
  opaque     ///< not at all
};

template <class T>
concept has_tracer = requires(T& object, any_visitor& visit) { tracer<T>::trace(object, visit); };
template <class T>
concept has_template_trace = requires(T& object, any_visitor& visit) { object.trace(visit); };
template <class T>
concept has_member_trace = has_template_trace<T> || requires(T& object, edge_visitor& visit) { object.trace(visit); };
template <class T>
concept is_edge = is_complete<edge_traits<T>>;

/// Whether `leaf<T>` was specialised.
template <class T>
concept says_leaf = std::is_same_v<decltype(leaf<T>), const bool>;

/// Whether the standard library defines `T`. Asked by name, so that none of its headers need be included here.
template <class T>
inline constexpr bool is_standard = type_name_of<T>.starts_with("std::");

/// Whether `T` is taken apart as the standard library's types are: true for this library's containers.
template <class T>
inline constexpr bool shows_parts = is_standard<T>;

/// By members, or by the functions that `std::valarray` has instead.
template <class T>
concept is_range = requires {
  typename T::value_type;
} && (requires(T& range) { range.begin() != range.end(); } || requires(T& range) { begin(range) != end(range); });

/// What `T` is made of, for the ways of seeing that take it apart.
template <class T>
struct parts_of;

template <class T>
[[nodiscard]] consteval trace_kind trace_kind_of() {
  if constexpr (is_edge<T>) {
    return trace_kind::edge;
  } else if constexpr (std::is_array_v<T>) {
    return trace_kind::array;
  } else if constexpr (!is_complete<T>) {
    return trace_kind::opaque;
  } else if constexpr (has_tracer<T>) {
    return trace_kind::foreign;
  } else if constexpr (says_leaf<T>) {
    return leaf<T> ? trace_kind::none : has_member_trace<T> ? trace_kind::member : trace_kind::opaque;
  } else if constexpr (std::is_trivially_destructible_v<T>) {
    return trace_kind::none;  // what owns a counted pointer must release it
  } else if constexpr (has_member_trace<T>) {
    // With reflection, a base shows its edges by its trace, and the class that adds members shows these.
    if constexpr (inherits_trace<T>()) {
      return trace_knows_members<T>() ? trace_kind::member : trace_kind::members;
    } else {
      return trace_kind::member;
    }
  } else if constexpr (shows_parts<T>) {
    if constexpr (requires(T& t) { t.valueless_by_exception(); }) {
      return trace_kind::variant;
    } else if constexpr (requires(T& t) { t.has_value(), *t; }) {
      return trace_kind::optional;
    } else if constexpr (requires(T& t) { t.get_deleter(), *t; }) {
      return trace_kind::owner;
    } else if constexpr (requires(T& t) { t.get_deleter(), t[0]; }) {
      return trace_kind::opaque;  // an array of unknown length
    } else if constexpr (is_range<T>) {
      return std::is_same_v<typename T::value_type, T> ? trace_kind::none : trace_kind::range;
    } else if constexpr (requires { typename T::container_type; }) {
      return trace_kind::adapter;
    } else if constexpr (requires { std::tuple_size<T>::value; }) {
      return trace_kind::tuple;
    } else {
      return trace_kind::none;  // a value, or an owner whose content is shared and so counts as held from outside
    }
  } else if constexpr (std::is_empty_v<T>) {
    return trace_kind::none;
  } else if constexpr (sees_members<T>()) {
    return trace_kind::members;
  } else {
    return trace_kind::opaque;
  }
}

template <class T>
  requires(trace_kind_of<T>() == trace_kind::array)
struct parts_of<T> {
  using type = types<std::remove_cv_t<std::remove_extent_t<T>>>;
};

template <class T>
  requires(trace_kind_of<T>() == trace_kind::optional || trace_kind_of<T>() == trace_kind::range)
struct parts_of<T> {
  using type = types<std::remove_cv_t<typename T::value_type>>;
};

template <class T>
  requires(trace_kind_of<T>() == trace_kind::owner)
struct parts_of<T> {
  using type = types<std::remove_cv_t<typename T::element_type>>;
};

template <class T>
  requires(trace_kind_of<T>() == trace_kind::adapter)
struct parts_of<T> {
  using type = types<typename T::container_type>;
};

template <template <class...> class Template, class... Ts>
  requires(trace_kind_of<Template<Ts...>>() == trace_kind::variant ||
           trace_kind_of<Template<Ts...>>() == trace_kind::tuple)
struct parts_of<Template<Ts...>> {
  using type = types<std::remove_cvref_t<Ts>...>;
};

template <class T>
  requires(trace_kind_of<T>() == trace_kind::members)
struct parts_of<T> {
  template <class... Members>
  static auto list(Members&...) -> types<std::remove_cvref_t<Members>...> {
    return {};
  }
  using type = decltype(with_members(std::declval<T&>(), [](const auto&... members) { return list(members...); }));
};

template <class Base>
[[nodiscard]] consteval base_kind base_kind_of() {
  constexpr trace_kind seen = trace_kind_of<Base>();
  return seen == trace_kind::none      ? base_kind::leaf
         : seen == trace_kind::members ? base_kind::members
                                       : base_kind::whole;
}

/// Whether `T` holds no edges. Of a type that contains itself, by way of a container, what else it contains decides.
template <class T, class... Outer>
[[nodiscard]] consteval bool is_leaf() {
  constexpr trace_kind seen = trace_kind_of<T>();
  if constexpr ((std::is_same_v<T, Outer> || ...) || seen == trace_kind::none) {
    return true;
  } else if constexpr (seen == trace_kind::edge || seen == trace_kind::foreign || seen == trace_kind::member ||
                       seen == trace_kind::opaque) {
    return false;
  } else {
    return []<class... Parts>(types<Parts...>) {
      return (is_leaf<Parts, T, Outer...>() && ...);
    }(typename parts_of<T>::type{});
  }
}

/// The value of `leaf<T>` where the program has not specialised it.
template <class T>
struct automatic_leaf {
  [[nodiscard]] constexpr operator bool() const noexcept { return is_leaf<std::remove_cv_t<T>>(); }
};

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
