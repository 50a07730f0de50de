#pragma once
/// \file
/// Characters and words of ASCII text; unlike <cctype>, without a locale and right for every byte.

#include <cstddef>
#include <string>
#include <string_view>

namespace package_graph {

inline bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

inline bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Neither a space nor a control character.
inline bool is_printable_ascii(char c) { return c > ' ' && c <= '~'; }

/// For messages, which are one line of ASCII, whatever the file holds.
inline std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 40;
  std::string shown(text.substr(0, longest));
  for (char& c : shown) {
    if (c != ' ' && !is_printable_ascii(c)) c = '?';
  }
  return "'" + shown + (text.size() > longest ? "...'" : "'");
}

/// Without the spaces, tabs and line ends at both ends.
inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

/// The part up to the separator, which is taken off the text with it; all of it where there is no separator.
inline std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return taken;
}

}  // namespace package_graph
