#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <string_view>

using ouro::detail::equal_values;

namespace {

/// Compares with numbers, by something that converts to bool.
struct odd {
  struct answer {
    bool is_equal;
    constexpr explicit operator bool() const { return is_equal; }
  };
  friend constexpr answer operator==(const odd&, int with) { return {with % 2 == 1}; }
};

}  // namespace

static_assert(equal_values{}(1, 1) && !equal_values{}(1, 2) && equal_values{}(1, 1L));
static_assert(equal_values{}(std::string_view{"a"}, "a"));
static_assert(equal_values{}(odd{}, 3) && !equal_values{}(odd{}, 4));
static_assert(requires { typename equal_values::is_transparent; });
