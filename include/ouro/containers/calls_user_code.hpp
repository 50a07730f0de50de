#pragma once
/// \file
/// Whether copies, moves and comparisons of a type may call user code.

#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <memory>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Whether a copy, a move or a comparison of `T`, or the destruction of a moved-from `T`, may call user code: a
/// function of the program, which may use the container that the `T` is in. Where none is called, a container may do
/// these things in the middle of an operation of its own. True for types that the library does not know.
template <class T>
inline constexpr bool calls_user_code = !(std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_pointer_v<T> ||
                                          (is_standard<T> && requires { typename T::traits_type; }));  // a string

template <class T, class R, class C, class A>
inline constexpr bool calls_user_code<managed_ptr<T, R, C, A>> = false;

template <class T, class R, class C, class A>
inline constexpr bool calls_user_code<managed_weak<T, R, C, A>> = false;

template <class T>
inline constexpr bool calls_user_code<std::shared_ptr<T>> = false;
template <class T>
inline constexpr bool calls_user_code<std::weak_ptr<T>> = false;
template <class T>
inline constexpr bool calls_user_code<std::unique_ptr<T>> = false;

/// Whether a move of `T`, or the destruction of a moved-from `T`, may call user code.
template <class T>
inline constexpr bool moves_call_user_code = calls_user_code<T> && !std::is_trivially_copyable_v<T>;

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
