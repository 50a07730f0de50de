#pragma once
/// \file
/// The members of an aggregate, without a word from its author: how many there are, and each of them.
///
/// A type that converts to anything stands for an initialiser, and the largest number of them that the aggregate takes
/// tells how many members it has; structured bindings then name them. The method is that of Boost.PFR (A. Polukhin).

#include <array>
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
    __builtin_unreachable();
  }
};

/// Initialises a base class of `Derived` only.
template <class Derived>
struct any_base {
  template <class Base>
    requires(std::is_base_of_v<Base, Derived> && !std::is_same_v<Base, Derived>)
  operator Base() const noexcept {
    __builtin_unreachable();
  }
};

template <std::size_t>
using one_member = any_member;

template <class T, class Before, class Inside, class After>
struct takes;

template <class T, std::size_t... Before, std::size_t... Inside, std::size_t... After>
struct takes<T, std::index_sequence<Before...>, std::index_sequence<Inside...>, std::index_sequence<After...>> {
  static constexpr bool plain = requires { T{one_member<Before>{}..., one_member<After>{}...}; };
  static constexpr bool braced = requires { T{one_member<Before>{}..., {}, one_member<After>{}...}; } || requires {
    T{one_member<Before>{}..., {one_member<Inside>{}...}, one_member<After>{}...};
  };
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

inline constexpr std::size_t most_members = 64;
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
  if constexpr (std::is_aggregate_v<T> && std::is_class_v<T>) {
    return !has_base<T> && count_members<T>() <= most_members;
  } else {
    return false;
  }
}

// clang-format off
#define OURO_MEMBERS_1 m1
#define OURO_MEMBERS_2 OURO_MEMBERS_1, m2
#define OURO_MEMBERS_3 OURO_MEMBERS_2, m3
#define OURO_MEMBERS_4 OURO_MEMBERS_3, m4
#define OURO_MEMBERS_5 OURO_MEMBERS_4, m5
#define OURO_MEMBERS_6 OURO_MEMBERS_5, m6
#define OURO_MEMBERS_7 OURO_MEMBERS_6, m7
#define OURO_MEMBERS_8 OURO_MEMBERS_7, m8
#define OURO_MEMBERS_9 OURO_MEMBERS_8, m9
#define OURO_MEMBERS_10 OURO_MEMBERS_9, m10
#define OURO_MEMBERS_11 OURO_MEMBERS_10, m11
#define OURO_MEMBERS_12 OURO_MEMBERS_11, m12
#define OURO_MEMBERS_13 OURO_MEMBERS_12, m13
#define OURO_MEMBERS_14 OURO_MEMBERS_13, m14
#define OURO_MEMBERS_15 OURO_MEMBERS_14, m15
#define OURO_MEMBERS_16 OURO_MEMBERS_15, m16
#define OURO_MEMBERS_17 OURO_MEMBERS_16, m17
#define OURO_MEMBERS_18 OURO_MEMBERS_17, m18
#define OURO_MEMBERS_19 OURO_MEMBERS_18, m19
#define OURO_MEMBERS_20 OURO_MEMBERS_19, m20
#define OURO_MEMBERS_21 OURO_MEMBERS_20, m21
#define OURO_MEMBERS_22 OURO_MEMBERS_21, m22
#define OURO_MEMBERS_23 OURO_MEMBERS_22, m23
#define OURO_MEMBERS_24 OURO_MEMBERS_23, m24
#define OURO_MEMBERS_25 OURO_MEMBERS_24, m25
#define OURO_MEMBERS_26 OURO_MEMBERS_25, m26
#define OURO_MEMBERS_27 OURO_MEMBERS_26, m27
#define OURO_MEMBERS_28 OURO_MEMBERS_27, m28
#define OURO_MEMBERS_29 OURO_MEMBERS_28, m29
#define OURO_MEMBERS_30 OURO_MEMBERS_29, m30
#define OURO_MEMBERS_31 OURO_MEMBERS_30, m31
#define OURO_MEMBERS_32 OURO_MEMBERS_31, m32
#define OURO_MEMBERS_33 OURO_MEMBERS_32, m33
#define OURO_MEMBERS_34 OURO_MEMBERS_33, m34
#define OURO_MEMBERS_35 OURO_MEMBERS_34, m35
#define OURO_MEMBERS_36 OURO_MEMBERS_35, m36
#define OURO_MEMBERS_37 OURO_MEMBERS_36, m37
#define OURO_MEMBERS_38 OURO_MEMBERS_37, m38
#define OURO_MEMBERS_39 OURO_MEMBERS_38, m39
#define OURO_MEMBERS_40 OURO_MEMBERS_39, m40
#define OURO_MEMBERS_41 OURO_MEMBERS_40, m41
#define OURO_MEMBERS_42 OURO_MEMBERS_41, m42
#define OURO_MEMBERS_43 OURO_MEMBERS_42, m43
#define OURO_MEMBERS_44 OURO_MEMBERS_43, m44
#define OURO_MEMBERS_45 OURO_MEMBERS_44, m45
#define OURO_MEMBERS_46 OURO_MEMBERS_45, m46
#define OURO_MEMBERS_47 OURO_MEMBERS_46, m47
#define OURO_MEMBERS_48 OURO_MEMBERS_47, m48
#define OURO_MEMBERS_49 OURO_MEMBERS_48, m49
#define OURO_MEMBERS_50 OURO_MEMBERS_49, m50
#define OURO_MEMBERS_51 OURO_MEMBERS_50, m51
#define OURO_MEMBERS_52 OURO_MEMBERS_51, m52
#define OURO_MEMBERS_53 OURO_MEMBERS_52, m53
#define OURO_MEMBERS_54 OURO_MEMBERS_53, m54
#define OURO_MEMBERS_55 OURO_MEMBERS_54, m55
#define OURO_MEMBERS_56 OURO_MEMBERS_55, m56
#define OURO_MEMBERS_57 OURO_MEMBERS_56, m57
#define OURO_MEMBERS_58 OURO_MEMBERS_57, m58
#define OURO_MEMBERS_59 OURO_MEMBERS_58, m59
#define OURO_MEMBERS_60 OURO_MEMBERS_59, m60
#define OURO_MEMBERS_61 OURO_MEMBERS_60, m61
#define OURO_MEMBERS_62 OURO_MEMBERS_61, m62
#define OURO_MEMBERS_63 OURO_MEMBERS_62, m63
#define OURO_MEMBERS_64 OURO_MEMBERS_63, m64
#define OURO_BIND(n) if constexpr (count == n) { auto& [OURO_MEMBERS_##n] = object; return use(OURO_MEMBERS_##n); }
#define OURO_BIND_UP_TO(a, b, c, d, e, f, g, last)                             \
  if constexpr (count <= last) {                                               \
    OURO_BIND(a) else OURO_BIND(b) else OURO_BIND(c) else OURO_BIND(d)         \
    else OURO_BIND(e) else OURO_BIND(f) else OURO_BIND(g) else OURO_BIND(last) \
  }

/// Returns `use(members...)`, the members in the order of their declaration, as lvalues. Structured bindings take a
/// literal number of names before C++26, and so does this function. By groups: g++ takes time for each branch of a chain
/// that grows with the number of those before. \pre `sees_members<T>()`
template <class T, class Use>
constexpr decltype(auto) with_members(T& object, Use&& use) {
  constexpr std::size_t count = count_members<std::remove_cv_t<T>>();
  if constexpr (count == 0) { return use(); }
  else OURO_BIND_UP_TO(1, 2, 3, 4, 5, 6, 7, 8)
  else OURO_BIND_UP_TO(9, 10, 11, 12, 13, 14, 15, 16)
  else OURO_BIND_UP_TO(17, 18, 19, 20, 21, 22, 23, 24)
  else OURO_BIND_UP_TO(25, 26, 27, 28, 29, 30, 31, 32)
  else OURO_BIND_UP_TO(33, 34, 35, 36, 37, 38, 39, 40)
  else OURO_BIND_UP_TO(41, 42, 43, 44, 45, 46, 47, 48)
  else OURO_BIND_UP_TO(49, 50, 51, 52, 53, 54, 55, 56)
  else OURO_BIND_UP_TO(57, 58, 59, 60, 61, 62, 63, 64)
}

#undef OURO_BIND_UP_TO
#undef OURO_BIND
#undef OURO_MEMBERS_1
#undef OURO_MEMBERS_2
#undef OURO_MEMBERS_3
#undef OURO_MEMBERS_4
#undef OURO_MEMBERS_5
#undef OURO_MEMBERS_6
#undef OURO_MEMBERS_7
#undef OURO_MEMBERS_8
#undef OURO_MEMBERS_9
#undef OURO_MEMBERS_10
#undef OURO_MEMBERS_11
#undef OURO_MEMBERS_12
#undef OURO_MEMBERS_13
#undef OURO_MEMBERS_14
#undef OURO_MEMBERS_15
#undef OURO_MEMBERS_16
#undef OURO_MEMBERS_17
#undef OURO_MEMBERS_18
#undef OURO_MEMBERS_19
#undef OURO_MEMBERS_20
#undef OURO_MEMBERS_21
#undef OURO_MEMBERS_22
#undef OURO_MEMBERS_23
#undef OURO_MEMBERS_24
#undef OURO_MEMBERS_25
#undef OURO_MEMBERS_26
#undef OURO_MEMBERS_27
#undef OURO_MEMBERS_28
#undef OURO_MEMBERS_29
#undef OURO_MEMBERS_30
#undef OURO_MEMBERS_31
#undef OURO_MEMBERS_32
#undef OURO_MEMBERS_33
#undef OURO_MEMBERS_34
#undef OURO_MEMBERS_35
#undef OURO_MEMBERS_36
#undef OURO_MEMBERS_37
#undef OURO_MEMBERS_38
#undef OURO_MEMBERS_39
#undef OURO_MEMBERS_40
#undef OURO_MEMBERS_41
#undef OURO_MEMBERS_42
#undef OURO_MEMBERS_43
#undef OURO_MEMBERS_44
#undef OURO_MEMBERS_45
#undef OURO_MEMBERS_46
#undef OURO_MEMBERS_47
#undef OURO_MEMBERS_48
#undef OURO_MEMBERS_49
#undef OURO_MEMBERS_50
#undef OURO_MEMBERS_51
#undef OURO_MEMBERS_52
#undef OURO_MEMBERS_53
#undef OURO_MEMBERS_54
#undef OURO_MEMBERS_55
#undef OURO_MEMBERS_56
#undef OURO_MEMBERS_57
#undef OURO_MEMBERS_58
#undef OURO_MEMBERS_59
#undef OURO_MEMBERS_60
#undef OURO_MEMBERS_61
#undef OURO_MEMBERS_62
#undef OURO_MEMBERS_63
#undef OURO_MEMBERS_64
// clang-format on

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
