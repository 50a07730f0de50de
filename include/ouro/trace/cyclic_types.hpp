#pragma once
/// \file
/// Decides at compile time which types may be part of a cycle: those from which a path of edges leads back.

#include <ouro/base/type_list.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <cstddef>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Says that pointers to `T` may point to objects of derived classes that hold edges which `T` does not show. True by
/// itself for polymorphic classes that are not final. For a base class without virtual functions, `template <> inline
/// constexpr bool ouro::extensible<node_base> = true;`.
template <class T>
inline constexpr bool extensible = std::is_polymorphic_v<T> && !std::is_final_v<T>;

namespace detail {

/// Whether `T` shows all edges that an object behind a pointer to `T` may have.
template <class T>
[[nodiscard]] consteval bool edges_known() {
  using element = std::remove_cv_t<std::remove_all_extents_t<T>>;
  if constexpr (!is_complete<element>) {
    return false;
  } else {
    return !std::is_class_v<element> || !extensible<element>;
  }
}

template <class T>
struct pointee_node_of {
  using type = std::remove_cv_t<T>;
};
template <class T, std::size_t N>
struct pointee_node_of<T[N]> {
  using type = std::remove_cv_t<std::remove_all_extents_t<T>>[];
};
template <class T>
struct pointee_node_of<T[]> {
  using type = std::remove_cv_t<std::remove_all_extents_t<T>>[];
};

/// `T[]`, `T[N]` and arrays of these are one node of the graph of types, as they are stored alike, and pointers to the
/// one convert to pointers to the other.
template <class T>
using pointee_node = typename pointee_node_of<T>::type;

/// Stands for the edges of a type whose trace function is the only one to know them.
struct unlisted_edges;

/// The types that the edges in `T` itself, and in what it holds by value, point to.
template <class T, class... Outer>
[[nodiscard]] consteval auto list_edges() {
  constexpr trace_kind seen = trace_kind_of<T>();
  if constexpr ((std::is_same_v<T, Outer> || ...) || seen == trace_kind::none) {
    return types<>{};
  } else if constexpr (seen == trace_kind::edge) {
    return types<pointee_node<typename edge_traits<T>::pointee>>{};
  } else if constexpr (seen == trace_kind::foreign || seen == trace_kind::member || seen == trace_kind::opaque) {
    return types<unlisted_edges>{};
  } else {
    return []<class... Parts>(types<Parts...>) {
      return (types<>{} + ... + list_edges<Parts, T, Outer...>());
    }(typename parts_of<T>::type{});
  }
}

template <class T>
using edges_of = decltype(list_edges<std::remove_cv_t<T>>());

/// A depth-first search over types: whether `Target` is found from `Work` on, or something that might lead anywhere.
template <class Target, class... Seen, class Next, class... Rest>
[[nodiscard]] consteval bool search(types<Seen...>, types<Next, Rest...>) {
  if constexpr (std::is_same_v<Next, Target> || !edges_known<Next>()) {
    return true;
  } else if constexpr (types<Seen...>::template contains<Next>) {
    return search<Target>(types<Seen...>{}, types<Rest...>{});
  } else {
    return search<Target>(types<Seen..., Next>{}, edges_of<Next>{} + types<Rest...>{});
  }
}

template <class Target, class... Seen>
[[nodiscard]] consteval bool search(types<Seen...>, types<>) {
  return false;
}

/// Whether an object of type `T` may be part of a cycle. An incomplete type on the way counts as leading back: such an
/// answer costs a candidacy now and then, a wrong "no" would be a leak.
template <class T>
[[nodiscard]] consteval bool may_be_cyclic() {
  return search<pointee_node<T>>(types<>{}, edges_of<T>{});
}

/// Whether a pointer to `Base` shows all that a `Derived` can reach, so that `may_be_cyclic` was right about the
/// types that point to `Base`.
template <class Derived, class Base>
[[nodiscard]] consteval bool shows_edges_of() {
  if constexpr (std::is_same_v<std::remove_cv_t<Derived>, std::remove_cv_t<Base>> ||
                !edges_known<std::remove_cv_t<Base>>()) {
    return true;
  } else {
    return []<class... Edges>(types<Edges...>) {
      return ((!std::is_same_v<Edges, unlisted_edges> && edges_of<Base>::template contains<Edges>) && ...);
    }(edges_of<Derived>{});
  }
}

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
