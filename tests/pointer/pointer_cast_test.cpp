#include "support/misuse.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <utility>

using ouro::make;
using ouro::ptr;

namespace {

struct counted {
  explicit counted(char called) : name{called} {}
  virtual ~counted() = default;
  void trace(auto&&) {}
  char name;
};

struct derived final : counted {
  using counted::counted;
  int more = 5;
  void trace(auto&&) {}
};

struct other_derived final : counted {
  using counted::counted;
  void trace(auto&&) {}
};

}  // namespace

TEST_CASE("pointer_cast: swap and the four casts change no count") {
  auto a = make<derived>('a');
  auto b = make<derived>('b');
  swap(a, b);
  CHECK(a->name == 'b');
  const ptr<counted> base = a;
  CHECK(ouro::static_pointer_cast<derived>(base) == a);
  CHECK(ouro::dynamic_pointer_cast<derived>(base)->more == 5);
  CHECK(ouro::dynamic_pointer_cast<other_derived>(base) == nullptr);
  CHECK(base.use_count() == 2);
  const ptr<const counted> constant = base;
  CHECK(ouro::const_pointer_cast<counted>(constant) == base);
  CHECK(ouro::reinterpret_pointer_cast<std::byte>(base).use_count() == 4);
  ptr<counted> moved = base;
  CHECK(ouro::static_pointer_cast<derived>(std::move(moved)).use_count() == 4);
}

TEST_CASE("pointer_cast: a dynamic cast of an expiring pointer takes its count over") {
  auto object = make<derived>('d');
  const counted* const raw = object.get();
  const ptr<counted> base = ouro::dynamic_pointer_cast<counted>(std::move(object));
  CHECK(base.get() == raw);
  CHECK(base.use_count() == 1);
  CHECK(object == nullptr);
  ptr<counted> none;
  CHECK(ouro::dynamic_pointer_cast<derived>(none) == nullptr);
  CHECK(ouro::dynamic_pointer_cast<derived>(std::move(none)) == nullptr);
}

TEST_CASE("pointer_cast: pointers to arrays are cast to arrays of the same elements, and to void and back") {
  const ptr<int[]> open = make<int[]>(3, 7);
  CHECK(ouro::static_pointer_cast<int[3]>(open)[2] == 7);
  CHECK(ouro::static_pointer_cast<int[2]>(open)[1] == 7);
  CHECK(ouro::static_pointer_cast<const int[]>(open) == open);
  CHECK(ouro::dynamic_pointer_cast<const int[]>(open) == open);
  const ptr<void> erased = open;
  CHECK(ouro::static_pointer_cast<int[]>(erased) == open);
  CHECK(ouro::reinterpret_pointer_cast<int[3]>(erased).use_count() == 3);
  const ptr<const int[]> constant = open;
  CHECK(ouro::const_pointer_cast<int[]>(constant) == open);
  CHECK(ouro::reinterpret_pointer_cast<std::byte>(open).owner_equal(open));
  const ptr<int[][2]> rows = make<int[][2]>(2, {1, 2});
  CHECK(ouro::static_pointer_cast<int[2][2]>(rows)[1][1] == 2);
  CHECK(ouro::const_pointer_cast<int[][2]>(ptr<const int[][2]>{rows}) == rows);
  CHECK(ouro::static_pointer_cast<int[3]>(ptr<int[]>{}) == nullptr);
  CHECK(open.use_count() == 3);
  CHECK(rows.use_count() == 1);
}

TEST_CASE("pointer_cast: an array that is cast to a longer one is reported" * doctest::skip(ouro::check_level == 0)) {
  ouro::test::check_misuse([] { static_cast<void>(ouro::static_pointer_cast<int[4]>(make<int[]>(3))); },
                           "cast to an array that is longer than the object", "int");
  ouro::test::check_misuse([] { static_cast<void>(ouro::reinterpret_pointer_cast<int[2][2]>(make<int[][2]>(1))); },
                           "cast to an array that is longer than the object", "int");
}
