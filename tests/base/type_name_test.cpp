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

TEST_CASE("type_name: is cut out of the signature that the compiler writes, whatever the type contains") {
  const auto cut = [](const std::string& type) {
    std::string signature{ouro::detail::function_signature<double>()};
    signature.replace(ouro::detail::type_name_begin, 6, type);
    return std::string{ouro::detail::cut_type_name(signature)};
  };
  for (const char* const type :
       {"int", "list<int>", "int (*)(char)", "int[3]", "a::{anonymous}::b<c<d[2]>, e>", "decltype([]{ return 1; })",
        "b<{anonymous}::c [3]>", "b<void (d [2])>", "f(){a; b}::c", "(anonymous namespace)::b [2]", "bits<(a > b)>",
        "a>b", "a; b]", "structure", "enumeration", "list<struct a>"}) {
    CHECK(cut(type) == type);
  }
  // As Microsoft's compiler writes them.
  for (const char* const word : {"struct ", "class ", "union ", "enum "})
    CHECK(cut(word + std::string{"a::b"}) == "a::b");
}
