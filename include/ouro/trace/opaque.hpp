#pragma once
/// \file
/// Why the library cannot see the edges of a type, in words.

#include <ouro/base/type_list.hpp>
#include <ouro/config.hpp>
#include <ouro/trace/aggregate.hpp>
#include <ouro/trace/reflection.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

struct trace_as_name {
  int trace;
};
template <class T>
struct adds_name : T, trace_as_name {};

/// Whether `T` has a member called `trace`, be it private: the name means two things where another class has it, too.
/// False for a final class, from which none can be derived that inherits both.
template <class T>
[[nodiscard]] consteval bool names_trace() noexcept {
  if constexpr (std::is_class_v<T> && !std::is_final_v<T>) {
    return !requires { &adds_name<T>::trace; };
  } else {
    return false;
  }
}

enum class why_opaque {
  is_incomplete,
  has_wrong_trace,
  is_unknown_array,
  is_union,
  is_closure,
  has_base,
  has_many_members,
  hides
};

/// \pre `trace_kind_of<T>()` is `opaque`
template <class T>
[[nodiscard]] consteval why_opaque find_why_opaque() noexcept {
  if constexpr (!is_complete<T>) {
    return why_opaque::is_incomplete;
  } else if constexpr (names_trace<T>()) {
    return why_opaque::has_wrong_trace;
  } else if constexpr (shows_parts<T>) {
    return why_opaque::is_unknown_array;
  } else if constexpr (std::is_union_v<T>) {
    return why_opaque::is_union;
  } else if constexpr (is_closure<T>) {
    return why_opaque::is_closure;
  } else if constexpr (!std::is_aggregate_v<T>) {
    return why_opaque::hides;
  } else if constexpr (has_base<T>) {
    return why_opaque::has_base;
  } else if constexpr (!sees_members<T>()) {
    return why_opaque::has_many_members;
  } else {
    return why_opaque::hides;  // `leaf<T>` says that there are edges which the members do not show
  }
}

/// Ends the compilation with the reason. \pre `trace_kind_of<T>()` is `opaque`
template <class T>
void refuse_opaque() noexcept {
  constexpr why_opaque why = find_why_opaque<T>();
  OURO_REQUIRE(T,
               "ouro: it is incomplete here, so that its edges cannot be seen: include its definition, or specialise "
               "`ouro::tracer` for it",
               why != why_opaque::is_incomplete);
  OURO_REQUIRE(T,
               "ouro: its `trace` cannot be called: make it public, and one function that takes a visitor: "
               "`void trace(auto&& visit) { visit(members...); }`",
               why != why_opaque::has_wrong_trace);
  OURO_REQUIRE(T,
               "ouro: nobody knows the length of this array, and so not its edges: use a `std::vector` or an "
               "`ouro::ptr<T[]>`",
               why != why_opaque::is_unknown_array);
  OURO_REQUIRE(
      T,
      "ouro: it is a union, and which member is there cannot be seen: use a `std::variant`, or give it, or the "
      "class around it, `void trace(auto&& visit) { visit(active_member); }`",
      why != why_opaque::is_union);
  OURO_REQUIRE(T,
               "ouro: it is a closure, and reflection does not show what closures capture: write it as a class with an "
               "`operator()`, or say that it has no edges: `template <> inline constexpr bool ouro::leaf<...> = true;`",
               why != why_opaque::is_closure);
  OURO_REQUIRE(T,
               "ouro: it is an aggregate with a base class, whose members cannot be seen through: give it "
               "`void trace(auto&& visit) { visit(ouro::base<...>(*this), members...); }`",
               why != why_opaque::has_base);
  OURO_REQUIRE(T,
               "ouro: it is an aggregate of more than 64 members, which cannot be seen through: give it "
               "`void trace(auto&& visit) { visit(members...); }`",
               why != why_opaque::has_many_members);
  OURO_REQUIRE(T,
               "ouro: cannot see its edges: give it `void trace(auto&& visit) { visit(members...); }`, specialise "
               "`ouro::tracer` for it, or say that it has none: `template <> inline constexpr bool ouro::leaf<...> = "
               "true;`",
               why != why_opaque::hides);
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
