#pragma once
/// \file
/// A warning for members that may hold edges where the library cannot look: `std::function` and its like.

#include <ouro/base/type_list.hpp>
#include <ouro/base/type_name.hpp>
#include <ouro/config.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <string_view>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Silences the warning that members of type `T`, or all members of a class `T`, are not traced:
/// `template <> inline constexpr bool ouro::untraced<std::function<void()>> = true;`. It changes nothing else: what
/// they hold counts as held from outside.
template <class T>
inline constexpr bool untraced = false;

namespace detail {

/// Whether a standard pointer leads to what holds no edges.
template <class T>
[[nodiscard]] consteval bool points_to_leaf() {
  if constexpr (requires { typename T::element_type; }) {
    return trace_kind_of<std::remove_cv_t<typename T::element_type>>() == trace_kind::none;
  } else {
    return false;
  }
}

/// Whether `T` is a class of the standard library whose content is out of sight, and is often a pointer: asked by name,
/// so that none of its headers need be included here.
template <class T>
[[nodiscard]] consteval bool keeps_content_out_of_sight() {
  if constexpr (is_standard<T>) {
    std::string_view name = type_name_of<T>;
    name.remove_prefix(std::string_view{"std::"}.size());
    if (name.starts_with("__1::")) name.remove_prefix(std::string_view{"__1::"}.size());  // libc++
    return name == "any" || name.starts_with("function<") || name.starts_with("move_only_function<") ||
           name.starts_with("copyable_function<") ||
           ((name.starts_with("shared_ptr<") || name.starts_with("weak_ptr<")) && !points_to_leaf<T>());
  } else {
    return false;
  }
}

/// Such classes among the parts of which the library sees `T` made.
template <class T, class... Outer>
[[nodiscard]] consteval auto list_out_of_sight() {
  constexpr trace_kind seen = trace_kind_of<T>();
  if constexpr ((std::is_same_v<T, Outer> || ...) || untraced<T>) {
    return types<>{};
  } else if constexpr (seen == trace_kind::none) {
    if constexpr (keeps_content_out_of_sight<T>()) {
      return types<T>{};
    } else {
      return types<>{};
    }
  } else if constexpr (seen == trace_kind::edge || seen == trace_kind::foreign || seen == trace_kind::member ||
                       seen == trace_kind::opaque) {
    return types<>{};
  } else {
    return []<class... Parts>(types<Parts...>) {
      return (types<>{} + ... + list_out_of_sight<Parts, T, Outer...>());
    }(typename parts_of<T>::type{});
  }
}

/// Never does anything: compilers name it, with its arguments, where it is called.
template <class Class, class Member>
[[deprecated(
    "ouro: pointers in this member are not traced, so that cycles through them leak: use `ouro::function`, `ouro::any` "
    "or `ouro::ptr`, or say `template <> inline constexpr bool ouro::untraced<Member> = true;`")]] constexpr void
member_is_not_traced() noexcept {}

OURO_ALWAYS_A_WARNING
template <class Class, class Member>
constexpr void warn_of_member() noexcept {
  member_is_not_traced<Class, Member>();
}
OURO_ALWAYS_A_WARNING_END

/// Warns of the members of an object that is made as a `T`.
template <class T>
constexpr void warn_of_untraced_members() noexcept {
  []<class... Members>(types<Members...>) { (warn_of_member<T, Members>(), ...); }(list_out_of_sight<T>());
}

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
