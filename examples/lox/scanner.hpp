#pragma once
/// \file
/// Cuts a program into tokens.

#include "token.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace lox {

class scanner {
 public:
  /// The source must outlive all tokens.
  explicit scanner(std::string_view source) noexcept : rest_{source} {}

  [[nodiscard]] token next() noexcept {
    skip_blanks();
    start_ = rest_;
    if (rest_.empty()) return made(token_kind::end);
    const char first = take();
    if (is_letter(first)) return word();
    if (is_digit(first)) return number();
    switch (first) {
      case '(':
        return made(token_kind::left_paren);
      case ')':
        return made(token_kind::right_paren);
      case '{':
        return made(token_kind::left_brace);
      case '}':
        return made(token_kind::right_brace);
      case ',':
        return made(token_kind::comma);
      case '.':
        return made(token_kind::dot);
      case '-':
        return made(token_kind::minus);
      case '+':
        return made(token_kind::plus);
      case ';':
        return made(token_kind::semicolon);
      case '/':
        return made(token_kind::slash);
      case '*':
        return made(token_kind::star);
      case '!':
        return made(take_if('=') ? token_kind::bang_equal : token_kind::bang);
      case '=':
        return made(take_if('=') ? token_kind::equal_equal : token_kind::equal);
      case '<':
        return made(take_if('=') ? token_kind::less_equal : token_kind::less);
      case '>':
        return made(take_if('=') ? token_kind::greater_equal : token_kind::greater);
      case '"':
        return string();
      default:
        return {token_kind::error, "Unexpected character.", line_};
    }
  }

 private:
  struct keyword {
    std::string_view text;
    token_kind kind;
  };
  static constexpr std::array keywords{
      keyword{"and", token_kind::and_},     keyword{"class", token_kind::class_},   keyword{"else", token_kind::else_},
      keyword{"false", token_kind::false_}, keyword{"for", token_kind::for_},       keyword{"fun", token_kind::fun},
      keyword{"if", token_kind::if_},       keyword{"nil", token_kind::nil},        keyword{"or", token_kind::or_},
      keyword{"print", token_kind::print},  keyword{"return", token_kind::return_}, keyword{"super", token_kind::super},
      keyword{"this", token_kind::this_},   keyword{"true", token_kind::true_},     keyword{"var", token_kind::var},
      keyword{"while", token_kind::while_},
  };

  [[nodiscard]] static bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
  [[nodiscard]] static bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  /// NUL behind the end.
  [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept { return ahead < rest_.size() ? rest_[ahead] : '\0'; }

  char take() noexcept {
    const char taken = rest_.front();
    rest_.remove_prefix(1);
    return taken;
  }

  [[nodiscard]] bool take_if(char wanted) noexcept {
    if (peek() != wanted || rest_.empty()) return false;
    take();
    return true;
  }

  [[nodiscard]] token made(token_kind kind) const noexcept {
    return {kind, start_.substr(0, start_.size() - rest_.size()), line_};
  }

  void skip_blanks() noexcept {
    while (!rest_.empty()) {
      const char next = rest_.front();
      if (next == '/' && peek(1) == '/') {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      } else if (next == ' ' || next == '\r' || next == '\t' || next == '\n') {
        if (take() == '\n') ++line_;
      } else {
        return;
      }
    }
  }

  [[nodiscard]] token word() noexcept {
    while (is_letter(peek()) || is_digit(peek())) take();
    token found = made(token_kind::identifier);
    for (const keyword& each : keywords) {
      if (each.text == found.text) found.kind = each.kind;
    }
    return found;
  }

  [[nodiscard]] token number() noexcept {
    while (is_digit(peek())) take();
    if (peek() == '.' && is_digit(peek(1))) {
      take();
      while (is_digit(peek())) take();
    }
    return made(token_kind::number);
  }

  [[nodiscard]] token string() noexcept {
    while (!rest_.empty() && rest_.front() != '"') {
      if (take() == '\n') ++line_;
    }
    if (rest_.empty()) return {token_kind::error, "Unterminated string.", line_};
    take();
    return made(token_kind::text);
  }

  std::string_view rest_;   ///< of the source
  std::string_view start_;  ///< the same when the token began
  int line_ = 1;
};

}  // namespace lox
