#pragma once
/// \file
/// The function that interns any value: texts as `interned_string`, other values as `interned<T>`.

#include <ouro/config.hpp>
#include <ouro/intern/interned_string.hpp>
#include <ouro/intern/interner.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

template <class Char>
concept character = std::same_as<Char, char> || std::same_as<Char, wchar_t> || std::same_as<Char, char8_t> ||
                    std::same_as<Char, char16_t> || std::same_as<Char, char32_t>;

/// Which types are texts, and their characters. A string with traits of its own has another equality, and is none.
template <class T>
struct text_traits {};
template <character Char>
struct text_traits<std::basic_string_view<Char>> {
  using view = std::basic_string_view<Char>;
  [[nodiscard]] static view view_of(view text) noexcept { return text; }
};
template <character Char, class Allocator>
struct text_traits<std::basic_string<Char, std::char_traits<Char>, Allocator>>
    : text_traits<std::basic_string_view<Char>> {};
/// A C string.
template <class Char>
  requires character<std::remove_const_t<Char>>
struct text_traits<Char*> : text_traits<std::basic_string_view<std::remove_const_t<Char>>> {};
/// A literal, or a buffer: its text ends with the first NUL, or with the array.
template <character Char, std::size_t Length>
struct text_traits<Char[Length]> {
  using view = std::basic_string_view<Char>;
  [[nodiscard]] static view view_of(const Char (&text)[Length]) noexcept {
    const Char* const end = std::char_traits<Char>::find(text, Length, Char{});
    return {text, end == nullptr ? Length : static_cast<std::size_t>(end - text)};
  }
};

/// Strings, views, arrays and pointers of characters.
template <class T>
concept text = requires { typename text_traits<std::remove_cvref_t<T>>::view; };

template <text T>
using character_of = typename text_traits<std::remove_cvref_t<T>>::view::value_type;

}  // namespace detail

namespace functions {

/// The one object equal to `value`, in the calling thread's cache. \see interner::intern
template <class T>
  requires(!detail::text<T>)
[[nodiscard]] interned<std::remove_cvref_t<T>> intern(T&& value) {
  return interner<std::remove_cvref_t<T>>::intern(std::forward<T>(value));
}

/// The one string of these characters, whether they come as a `std::string`, a view, a literal, another array or a C
/// string. Strings and views may contain NULs. The text of an array ends with the first NUL, as that of a C string
/// does; `"a\0b"_is` has the whole literal. Expected O(length). \pre a C string is not null. \throws std::bad_alloc
template <detail::text Text>
  requires std::same_as<detail::character_of<Text>, char>
[[nodiscard]] interned_string intern(const Text& characters) {
  return interned_string{detail::text_traits<Text>::view_of(characters)};
}

/// As above, for characters of another type: a `std::basic_string` of them, since `interned_string` has only `char`.
template <detail::text Text>
  requires(!std::same_as<detail::character_of<Text>, char>)
[[nodiscard]] interned<std::basic_string<detail::character_of<Text>>> intern(const Text& characters) {
  using string = std::basic_string<detail::character_of<Text>>;
  return interner<string>::intern(string{detail::text_traits<Text>::view_of(characters)});
}

}  // namespace functions
}  // namespace ouro

#include <ouro/macros/restore.hpp>
