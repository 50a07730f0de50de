#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

using ouro::detail::calls_user_code;
using ouro::detail::moves_call_user_code;

namespace {

enum class colour { red };
struct trivial {
  int number;
};
struct with_code {
  with_code(const with_code&) {}
  int number;
};

}  // namespace

static_assert(!calls_user_code<int> && !calls_user_code<double> && !calls_user_code<colour> &&
              !calls_user_code<trivial*>);
static_assert(!calls_user_code<std::string> && !calls_user_code<std::u16string>);
static_assert(!calls_user_code<ouro::ptr<with_code>> && !calls_user_code<ouro::weak<with_code>>);
static_assert(!calls_user_code<std::shared_ptr<with_code>> && !calls_user_code<std::weak_ptr<with_code>> &&
              !calls_user_code<std::unique_ptr<with_code>>);
// A comparison may be the program's, though a move is not.
static_assert(calls_user_code<trivial> && !moves_call_user_code<trivial>);
static_assert(calls_user_code<with_code> && moves_call_user_code<with_code>);
static_assert(calls_user_code<std::vector<int>> && moves_call_user_code<std::vector<with_code>>);
static_assert(moves_call_user_code<std::optional<with_code>> && !moves_call_user_code<std::string>);
