#pragma once
/// \file
/// The name of a type as its programmer would write it, from the compiler, without RTTI.

#include <cstddef>
#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

template <class T>
[[nodiscard]] constexpr std::string_view function_signature() noexcept {
  return __PRETTY_FUNCTION__;
}

/// What stands around the type in the signature, measured once on a type whose name is known.
inline constexpr std::string_view signature_of_int = function_signature<int>();
inline constexpr std::size_t type_name_begin = signature_of_int.find("T = int") + 4;

/// g++ goes on with "; std::string_view = …]" behind the type, clang with "]".
[[nodiscard]] constexpr std::string_view cut_type_name(std::string_view signature) noexcept {
  signature.remove_prefix(type_name_begin);
  std::size_t depth = 0;
  for (std::size_t i = 0; i != signature.size(); ++i) {
    const char c = signature[i];
    if (depth == 0 && (c == ';' || c == ']')) return signature.substr(0, i);
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
  }
  return signature;
}

template <class T>
inline constexpr std::string_view type_name_of = cut_type_name(function_signature<T>());

}  // namespace detail

namespace functions {

/// The name of `T`, scopes included: `"app::node"`. Made at compile time; its spelling is the compiler's.
template <class T>
[[nodiscard]] constexpr std::string_view type_name() noexcept {
  return detail::type_name_of<T>;
}

}  // namespace functions
}  // namespace ouro

#include <ouro/macros/restore.hpp>
