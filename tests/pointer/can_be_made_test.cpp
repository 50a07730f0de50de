// What cannot be made ends the compilation: compile_fail has these.

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using ouro::detail::can_be_made;
using ouro::detail::can_be_made_for_overwrite;
using ouro::detail::constructs;
using ouro::detail::constructs_by_default;

namespace {

struct aggregate {
  int first;
  std::string second;
};
struct explicit_only {
  explicit explicit_only(int) {}
};
struct by_reference {
  explicit by_reference(int&) {}
};
class with_private_constructor {
  with_private_constructor() = default;
};
struct move_only {
  explicit move_only(std::unique_ptr<int>) {}
};

}  // namespace

static_assert(can_be_made<int>() && can_be_made<int, int>() && can_be_made<std::string, const char*>());
static_assert(can_be_made<const std::string, std::size_t, char>());
static_assert(can_be_made<explicit_only, int>() && can_be_made<by_reference, int&>());
static_assert(can_be_made<move_only, std::unique_ptr<int>>());
static_assert(can_be_made<int[], std::size_t>() && can_be_made<int[], int, int>());
static_assert(can_be_made<std::string[], std::size_t, const char*>());
static_assert(can_be_made<int[3]>() && can_be_made<std::string[2], const char (&)[2]>());
static_assert(can_be_made<std::vector<int>[], std::size_t, std::size_t, int>());

static_assert(can_be_made<int[][2], std::size_t>() && can_be_made<int[][2], std::size_t, const int (&)[2]>());
static_assert(can_be_made<const int[][2], std::size_t, int (&)[2]>() && can_be_made<std::string[2][3]>());
static_assert(can_be_made<explicit_only[2][2], explicit_only (&)[2]>());
static_assert(can_be_made_for_overwrite<int>() && can_be_made_for_overwrite<const std::string[2][3]>());
static_assert(can_be_made_for_overwrite<aggregate[], std::size_t>() && can_be_made_for_overwrite<int[][2], int>());

static_assert(constructs_by_default<aggregate> && constructs_by_default<int> && !constructs_by_default<explicit_only>);
static_assert(!constructs_by_default<with_private_constructor> && !constructs_by_default<const int>);
static_assert(constructs<explicit_only, int> && !constructs<explicit_only> && !constructs<explicit_only, std::string>);
static_assert(constructs<by_reference, int&> && !constructs<by_reference, int>);
static_assert(constructs<move_only, std::unique_ptr<int>> && !constructs<move_only, std::unique_ptr<int>&>);
static_assert(!constructs<with_private_constructor>);
#if defined(__cpp_aggregate_paren_init)
static_assert(can_be_made<aggregate, int, const char*>() && constructs<aggregate> && !constructs<aggregate, char*>);
#endif
