#pragma once
/// \file
/// The name of a type as its programmer would write it, from the compiler, without RTTI.

#include <ouro/config.hpp>

#include <cstddef>
#include <initializer_list>
#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

template <class T>
[[nodiscard]] constexpr std::string_view function_signature() noexcept {
  return OURO_FUNCTION_SIGNATURE;
}

/// What stands around the type in the signature, measured once on a type whose name is known.
inline constexpr std::string_view signature_of_double = function_signature<double>();
inline constexpr std::size_t type_name_begin = signature_of_double.find("double");
inline constexpr std::size_t behind_type_name = signature_of_double.size() - type_name_begin - 6;

/// Microsoft's compiler writes "struct app::node".
[[nodiscard]] constexpr std::string_view cut_type_name(std::string_view signature) noexcept {
  signature.remove_prefix(type_name_begin);
  signature.remove_suffix(behind_type_name);
  for (const std::string_view word : {"struct ", "class ", "union ", "enum "}) {
    if (signature.starts_with(word)) signature.remove_prefix(word.size());
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
