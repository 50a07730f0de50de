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
