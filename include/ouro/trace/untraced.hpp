#pragma once
/// \file
/// Members that may hold edges where the library cannot look: `std::function` and its like.

#include <ouro/base/type_list.hpp>
#include <ouro/base/type_name.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <string_view>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Says that it is known and well that members of type `T`, or members of a class `T`, are not traced:
/// `template <> inline constexpr bool ouro::untraced<std::function<void()>> = true;`. `make` does not warn of them
/// then, and `opaque_types` does not list them. It changes nothing else: what they hold counts as held from outside.
template <class T>
inline constexpr bool untraced = false;

namespace detail {

/// The name of a class of the standard library, without its namespace; empty for others. By this name classes are told
/// apart, so that none of the library's headers need be included here.
template <class T>
[[nodiscard]] consteval std::string_view standard_name() {
  std::string_view name;
  if constexpr (is_standard<T>) {
    name = type_name_of<T>;
    name.remove_prefix(std::string_view{"std::"}.size());
    if (name.starts_with("__1::")) name.remove_prefix(std::string_view{"__1::"}.size());  // libc++
  }
  return name;
}

template <class T>
[[nodiscard]] consteval bool is_standard_pointer() {
  return standard_name<T>().starts_with("shared_ptr<") || standard_name<T>().starts_with("weak_ptr<");
}

/// Whether a value of any class may be inside.
template <class T>
[[nodiscard]] consteval bool erases_content() {
  constexpr std::string_view name = standard_name<T>();
  return name == "any" || name.starts_with("function<") || name.starts_with("move_only_function<") ||
         name.starts_with("copyable_function<");
}

/// Whether edges, or what may be some, lie in a `T` or behind its standard pointers. True of a type without edges, as
/// `trace_kind_of` sees it, if it keeps them out of sight.
template <class T, class... Outer>
[[nodiscard]] consteval bool may_lead_to_edges() {
  // Of a class that is not complete yet nothing else may be asked, since the answer would stand for the whole file.
  if constexpr (!requires { sizeof(T); }) {
    return true;
  } else if constexpr (std::is_trivially_destructible_v<T>) {
    return false;
  } else if constexpr ((std::is_same_v<T, Outer> || ...)) {
    return is_standard_pointer<T>();  // may be part of a cycle by itself
  } else {
    constexpr trace_kind seen = trace_kind_of<T>();
    if constexpr (seen == trace_kind::none) {
      if constexpr (is_standard_pointer<T>()) {
        return may_lead_to_edges<std::remove_cv_t<typename T::element_type>, T, Outer...>();
      } else {
        return erases_content<T>();
      }
    } else if constexpr (seen == trace_kind::edge || seen == trace_kind::foreign || seen == trace_kind::member ||
                         seen == trace_kind::opaque) {
      return true;
    } else {
      return []<class... Parts>(types<Parts...>) {
        return (may_lead_to_edges<Parts, T, Outer...>() || ...);
      }(typename parts_of<T>::type{});
    }
  }
}

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
