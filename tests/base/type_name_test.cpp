#include <ouro/base/type_name.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

namespace {

using ouro::detail::cut_type_name;
using ouro::functions::type_name;

struct hidden {};

static_assert(type_name<int>() == "int");
static_assert(type_name<std::pair<int, char>>() == "std::pair<int, char>");
static_assert(type_name<hidden>().ends_with("::hidden"));
static_assert(type_name<const int>() == "const int");

/// A signature as a compiler writes it, from the type on.
std::string signature_with(std::string_view end) {
  return std::string(ouro::detail::type_name_begin, '.') + std::string{end};
}

}  // namespace

TEST_CASE("type_name: brackets that belong to the type are not taken for its end") {
  CHECK(type_name<int[3]>().ends_with("[3]"));
  CHECK(type_name<std::pair<int[3], char[4]>*>().ends_with("*"));
}

TEST_CASE("type_name: cuts off what g++ and clang write behind the type") {
  CHECK(cut_type_name(signature_with("app::node]")) == "app::node");
  CHECK(cut_type_name(signature_with("app::node; std::string_view = std::basic_string_view<char>]")) == "app::node");
  CHECK(cut_type_name(signature_with("row<int [3], 2>; std::string_view = x]")) == "row<int [3], 2>");
  CHECK(cut_type_name(signature_with("f()::{lambda(int; char)}]")) == "f()::{lambda(int; char)}");
  CHECK(cut_type_name(signature_with("endless")) == "endless");
}
