#pragma once
/// \file
/// The parts of a type that may hold edges which the library does not see, and the warning of `make` about some of
/// them.

#include <ouro/base/type_list.hpp>
#include <ouro/config.hpp>
#include <ouro/trace/inherited_trace.hpp>
#include <ouro/trace/trace_kind.hpp>
#include <ouro/trace/untraced.hpp>

#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Stands for a `Class` that has a `Part` whose content is out of sight. One of these may be the other.
template <class Class, class Part>
struct hidden_in;

/// Of the types that a part lies in, from the inside to the outside, the first that its program has written; the
/// outermost if there is none.
template <class Inner, class... Outer>
[[nodiscard]] consteval auto class_around() {
  if constexpr (sizeof...(Outer) == 0 || !shows_parts<Inner>) {
    return std::type_identity<Inner>{};
  } else {
    return class_around<Outer...>();
  }
}

/// Among `T` and the parts of which the library sees it made: the classes that it cannot see through, and a `hidden_in`
/// for each `std::function` and its like. What the program calls `untraced` is left out.
template <class T, class... Outer>
[[nodiscard]] consteval auto list_hidden() {
  constexpr trace_kind seen = trace_kind_of<T>();
  if constexpr ((std::is_same_v<T, Outer> || ...) || seen == trace_kind::edge || seen == trace_kind::foreign) {
    return types<>{};
  } else if constexpr (seen == trace_kind::none) {
    if constexpr (!may_lead_to_edges<T>()) {
      return types<>{};
    } else if constexpr (untraced<T>) {
      return types<>{};
    } else {
      return types<hidden_in<typename decltype(class_around<T, Outer...>())::type, T>>{};
    }
  } else if constexpr (untraced<T>) {
    return types<>{};
  } else if constexpr (seen == trace_kind::opaque) {
    return types<T>{};
  } else if constexpr (seen == trace_kind::member) {
    if constexpr (trace_knows_members<T>()) {
      return types<>{};
    } else {
      return types<T>{};
    }
  } else {
    return []<class... Parts>(types<Parts...>) {
      return (types<>{} + ... + list_hidden<Parts, T, Outer...>());
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
constexpr void warn_of_part(types<hidden_in<Class, Member>>) noexcept {
  member_is_not_traced<Class, Member>();
}
OURO_ALWAYS_A_WARNING_END
/// What cannot be seen through is refused elsewhere.
template <class Refused>
constexpr void warn_of_part(types<Refused>) noexcept {}

/// Warns of the members of an object that is made as a `T`.
template <class T>
constexpr void warn_of_untraced_members() noexcept {
  []<class... Parts>(types<Parts...>) { (warn_of_part(types<Parts>{}), ...); }(list_hidden<T>());
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
