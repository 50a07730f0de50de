#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

using ouro::make;
using ouro::ptr;

namespace {

struct base {
  virtual ~base() = default;
  void trace(auto&&) {}
};

struct derived : base {
  int value = 1;
  void trace(auto&&) {}
};

}  // namespace

TEST_CASE("identity: of objects that are managed, and of others") {
  const auto object = make<int>(7);
  const ptr<const int> same = object;
  CHECK(ouro::is(object, same));
  CHECK_FALSE(ouro::is(object, make<int>(7)));
  CHECK(ouro::id(object) == ouro::id(same));
  CHECK(ouro::id(ptr<int>{}) == 0);
  const int local = 7;
  CHECK(ouro::id(local) == reinterpret_cast<std::uintptr_t>(&local));
  CHECK(ouro::size_of(local) == sizeof local);
  CHECK(ouro::size_of(object) == 8 + sizeof(int));
  CHECK(ouro::size_of(ptr<int>{}) == 0);
  CHECK(ouro::ref_count(object) == 2);
  CHECK(ouro::ref_count(ptr<int>{}) == 0);
}

TEST_CASE("type_name: of the type that the object was made as, and of null the pointer's") {
  const ptr<base> object = make<derived>();
  CHECK(ouro::type_name(object) == ouro::type_name<derived>());
  CHECK(ouro::type_name<derived>().ends_with("derived"));
  CHECK(ouro::type_name(ptr<base>{}) == ouro::type_name<base>());
}

TEST_CASE("type_name: is cut out of what the compiler calls a function, up to where the type ends") {
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
