#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

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

struct record {
  std::vector<int> numbers;
};

}  // namespace

TEST_CASE("identity: is, id, size_of and ref_count of managed objects, of others, and of null") {
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

TEST_CASE("type_name: names the type that the object was made as, and the pointer's type for null") {
  const ptr<base> object = make<derived>();
  CHECK(ouro::type_name(object) == ouro::type_name<derived>());
  CHECK(ouro::type_name<derived>().ends_with("derived"));
  CHECK(ouro::type_name(ptr<base>{}) == ouro::type_name<base>());
}

TEST_CASE("identity: belongs to the object, not to the pointer, whichever type the pointer has") {
  const auto object = make<record>();
  CHECK(ouro::type_name(object).ends_with("record"));
  CHECK(ouro::size_of(object) == sizeof(record) + 8);
  CHECK(ouro::size_of(make<long[]>(10)) == 96);
  const ptr<base> erased = make<derived>();
  CHECK(ouro::type_name(erased).ends_with("derived"));
  CHECK(ouro::size_of(erased) == sizeof(derived) + 8);
  const ptr<void> untyped = object;
  CHECK(ouro::is(object, untyped));
  CHECK(ouro::id(object) == ouro::id(untyped));
  CHECK(ouro::ref_count(object) == 2);
  const ptr<int> null;
  CHECK(ouro::ref_count(null) == 0);
  CHECK(ouro::size_of(null) == 0);
  CHECK(ouro::id(null) == 0);
}
