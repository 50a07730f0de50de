#pragma once
/// \file
/// The members of an aggregate, without a word from its author: how many there are, and each of them. With reflection,
/// those of any class.
///
/// A type that converts to anything stands for an initialiser, and the largest number of them that the aggregate takes
/// tells how many members it has; structured bindings then name them (member_bindings.hpp). The method is that of
/// Boost.PFR (A. Polukhin).

#include <ouro/config.hpp>
#include <ouro/trace/member_bindings.hpp>
#include <ouro/trace/reflection.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Initialises a member of any type. Never called, only named; has a body because some members' constructors, once
/// named, are compiled, too.
struct any_member {
  template <class T>
  operator T() const noexcept {
    never_reached();
  }
};

/// Initialises a base class of `Derived` only. Not copyable, so that no `std::any` takes it for its value.
template <class Derived>
struct any_base {
  any_base() = default;
  any_base(const any_base&) = delete;
  any_base& operator=(const any_base&) = delete;

  template <class Base>
    requires(std::is_base_of_v<Base, Derived> && !std::is_same_v<Base, Derived>)
  operator Base() const noexcept {
    never_reached();
  }
};

template <std::size_t>
using one_member = any_member;

template <class T, class Before, class Inside, class After>
struct takes;

template <class T, std::size_t... Before, std::size_t... Inside, std::size_t... After>
struct takes<T, std::index_sequence<Before...>, std::index_sequence<Inside...>, std::index_sequence<After...>> {
  static constexpr bool plain = requires { T{one_member<Before>{}..., one_member<After>{}...}; };
  /// The second way is not looked at where the first will do: clang compiles the constructors that it names.
  static constexpr bool braced = [] {
    if constexpr (requires { T{one_member<Before>{}..., {}, one_member<After>{}...}; }) {
      return true;
    } else {
      return requires { T{one_member<Before>{}..., {one_member<Inside>{}...}, one_member<After>{}...}; };
    }
  }();
};

template <class T, std::size_t N>
inline constexpr bool takes_initialisers =
    takes<T, std::make_index_sequence<N>, std::index_sequence<>, std::index_sequence<>>::plain;

/// Whether the member whose first initialiser is the one at `At` can be written as `Width` initialisers in braces when
/// `After` more follow.
template <class T, std::size_t At, std::size_t Width, std::size_t After>
inline constexpr bool takes_braced =
    takes<T, std::make_index_sequence<At>, std::make_index_sequence<Width>, std::make_index_sequence<After>>::braced;

template <class T>
inline constexpr bool has_base = requires { T{any_base<T>{}}; };

inline constexpr std::size_t most_initialisers = 4 * most_members;

/// How many initialisers `T` takes, array elements counted one by one; `most_initialisers` when there is no telling.
template <class T, std::size_t N = 0, bool Seen = false>
[[nodiscard]] consteval std::size_t count_initialisers() {
  if constexpr (N == most_initialisers) {
    return N;
  } else if constexpr (takes_initialisers<T, N>) {
    return count_initialisers<T, N + 1, true>();
  } else if constexpr (Seen || N > most_members) {
    return Seen ? N - 1 : most_initialisers;
  } else {
    return count_initialisers<T, N + 1, false>();
  }
}

/// How many initialisers the member that begins at `At` takes: the elements of an array, else 1.
template <class T, std::size_t All, std::size_t At, std::size_t Width = 1>
[[nodiscard]] consteval std::size_t width_of_member() {
  if constexpr (At + Width > All) {
    return 1;  // a class that no braces suit
  } else if constexpr (constexpr std::size_t after = All - At - Width;
                       takes_braced<T, At, Width, after> &&
                       // An array that took fewer in its braces would leave room for one more behind them.
                       (Width == 1 || !takes_braced<T, At, Width, after + 1>)) {
    return Width;
  } else {
    return width_of_member<T, All, At, Width + 1>();
  }
}

template <class T, std::size_t All, std::size_t At = 0>
[[nodiscard]] consteval std::size_t count_members_from() {
  if constexpr (At >= All) {
    return 0;
  } else {
    return 1 + count_members_from<T, All, At + width_of_member<T, All, At>()>();
  }
}

/// How many members the aggregate `T` has.
template <class T>
[[nodiscard]] consteval std::size_t count_members() {
  constexpr std::size_t initialisers = count_initialisers<T>();
  if constexpr (initialisers == most_initialisers) {
    return most_members + 1;
  } else {
    return count_members_from<T, initialisers>();
  }
}

/// Whether `with_members` can name the members of `T`.
template <class T>
[[nodiscard]] consteval bool sees_members() {
  if constexpr (has_reflection) {
    return reflects<T>();
  } else if constexpr (std::is_aggregate_v<T> && std::is_class_v<T>) {
    return !has_base<T> && count_members<T>() <= most_members;
  } else {
    return false;
  }
}

/// Returns `use(members...)`, the members in the order of their declaration, as lvalues. \pre `sees_members<T>()`
/// \see with_reflected
template <class T, class Use>
constexpr decltype(auto) with_members(T& object, Use&& use) {
  if constexpr (has_reflection) {
    return with_reflected(object, use);
  } else {
    return bind_members<count_members<std::remove_cv_t<T>>()>(object, use);
  }
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
