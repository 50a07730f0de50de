#pragma once
/// \file
/// Whose copies, moves and comparisons run no code of the program.

#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <memory>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Copies, moves and comparisons of `T`, and the destruction of one that was moved from, run no code of the program. So
/// a container may do them while it is not whole. False for types that the library does not know.
template <class T>
inline constexpr bool is_quiet = std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_pointer_v<T> ||
                                 (is_standard<T> && requires { typename T::traits_type; });  // a string

template <class T, class R, class C, class A>
inline constexpr bool is_quiet<managed_ptr<T, R, C, A>> = true;

template <class T, class R, class C, class A>
inline constexpr bool is_quiet<managed_weak<T, R, C, A>> = true;

template <class T>
inline constexpr bool is_quiet<std::shared_ptr<T>> = true;
template <class T>
inline constexpr bool is_quiet<std::weak_ptr<T>> = true;
template <class T>
inline constexpr bool is_quiet<std::unique_ptr<T>> = true;

/// `is_quiet`, of moves alone.
template <class T>
inline constexpr bool moves_quietly = is_quiet<T> || std::is_trivially_copyable_v<T>;

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
