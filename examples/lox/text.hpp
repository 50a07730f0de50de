#pragma once
/// \file
/// What `print` shows.

#include "object.hpp"
#include "value.hpp"

#include <array>
#include <cstdio>
#include <string>

namespace lox {

template <class Memory>
[[nodiscard]] std::string text_of(const function<Memory>& of) {
  return of.is_named ? "<fn " + std::string{of.name.view()} + ">" : "<script>";
}

template <class Memory>
[[nodiscard]] std::string text_of(const object<Memory>& of) {
  switch (of.kind) {
    case object_kind::function:
      return text_of(static_cast<const function<Memory>&>(of));
    case object_kind::native:
      return "<native fn>";
    case object_kind::closure:
      return text_of(*static_cast<const closure<Memory>&>(of).made_of);
    case object_kind::upvalue:
      return "upvalue";
    case object_kind::class_:
      return std::string{static_cast<const class_<Memory>&>(of).name.view()};
    case object_kind::instance:
      return std::string{static_cast<const instance<Memory>&>(of).of->name.view()} + " instance";
    case object_kind::bound_method:
      return text_of(*static_cast<const bound_method<Memory>&>(of).method->made_of);
  }
  __builtin_unreachable();  // there is no other kind
}

/// \throws std::bad_alloc
template <class Memory>
[[nodiscard]] std::string text_of(const value<Memory>& of) {
  if (of.is_nil()) return "nil";
  if (of.is_bool()) return of.as_bool() ? "true" : "false";
  if (of.is_string()) return std::string{of.characters()};
  if (of.is_object()) return text_of(*of.as_object());
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%g", of.as_number());
  return text.data();
}

}  // namespace lox
