#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

using ouro::detail::is_quiet;
using ouro::detail::moves_quietly;

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

static_assert(is_quiet<int> && is_quiet<double> && is_quiet<colour> && is_quiet<trivial*>);
static_assert(is_quiet<std::string> && is_quiet<std::u16string>);
static_assert(is_quiet<ouro::ptr<with_code>> && is_quiet<ouro::weak<with_code>>);
static_assert(is_quiet<std::shared_ptr<with_code>> && is_quiet<std::weak_ptr<with_code>> &&
              is_quiet<std::unique_ptr<with_code>>);
// A comparison may be the program's, though a move is not.
static_assert(!is_quiet<trivial> && moves_quietly<trivial>);
static_assert(!is_quiet<with_code> && !moves_quietly<with_code>);
static_assert(!is_quiet<std::vector<int>> && !moves_quietly<std::vector<with_code>>);
static_assert(!moves_quietly<std::optional<with_code>> && moves_quietly<std::string>);
