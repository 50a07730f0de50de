#include <ouro/base/type_name.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

namespace {

using ouro::functions::type_name;

struct hidden {};

static_assert(type_name<int>() == "int");
static_assert(type_name<std::pair<int, char>>() == "std::pair<int, char>");
static_assert(type_name<hidden>().ends_with("::hidden"));
static_assert(type_name<const int>() == "const int");

}  // namespace

TEST_CASE("type_name: brackets that belong to the type are not taken for its end") {
  CHECK(type_name<int[3]>().ends_with("[3]"));
  CHECK(type_name<std::pair<int[3], char[4]>*>().ends_with("*"));
}

TEST_CASE("type_name: is cut out of the signature that g++ or clang writes, up to where the type ends") {
  const auto cut = [](const std::string& type) {
    std::string signature{ouro::detail::function_signature<int>()};
    signature.replace(ouro::detail::type_name_begin, 3, type);
    return std::string{ouro::detail::cut_type_name(signature)};
  };
  for (const char* const type :
       {"int", "list<int>", "int (*)(char)", "int[3]", "a::{anonymous}::b<c<d[2]>, e>", "decltype([]{ return 1; })",
        "b<{anonymous}::c [3]>", "b<void (d [2])>", "f(){a; b}::c", "(anonymous namespace)::b [2]"}) {
    CHECK(cut(type) == type);
  }
  CHECK(cut("int; std::string_view = std::basic_string_view<char>") == "int");  // as g++ goes on
  CHECK(cut("int[3]; std::string_view = std::basic_string_view<char>") == "int[3]");
  CHECK(cut("{anonymous}::a; std::string_view = std::basic_string_view<char>") == "{anonymous}::a");
  CHECK(cut("bits<(a > b)>") == "bits<(a > b)>");
  CHECK(cut("a>b") == "a>b");
  CHECK(ouro::detail::cut_type_name(std::string(ouro::detail::type_name_begin, ' ') + "cut off") == "cut off");
}
