#pragma once
/// \file
/// The smallest parts of a program that mean something.

#include <string_view>

namespace lox {

enum class token_kind : unsigned char {
  // clang-format off
  left_paren, right_paren, left_brace, right_brace, comma, dot, minus, plus, semicolon, slash, star,
  bang, bang_equal, equal, equal_equal, greater, greater_equal, less, less_equal,
  identifier, text, number,
  and_, class_, else_, false_, for_, fun, if_, nil, or_, print, return_, super, this_, true_, var, while_,
  error, end
  // clang-format on
};

struct token {
  token_kind kind = token_kind::end;
  std::string_view text;  ///< in the source; of an error, what it is
  int line = 1;
};

}  // namespace lox
