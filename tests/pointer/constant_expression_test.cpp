// What null handles can do in a constant expression.

#include "pointer/hierarchy.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <compare>
#include <utility>

namespace {

struct counts_itself {
  int count = 0;
  friend void intrusive_ptr_add_ref(counts_itself* object) noexcept { ++object->count; }
  friend void intrusive_ptr_release(counts_itself* object) noexcept { --object->count; }
};
struct derived_counts_itself : counts_itself {};

template <class T>
using self_counted = ouro::managed_ptr<T, ouro::self_refcount, ouro::no_collector, ouro::system_allocator>;

template <class Handle, class Derived>
consteval bool works_as_constant() {
  Handle x;
  Handle y{x};
  swap(x, y);
  x.swap(y);
  Handle z{std::move(y)};
  z = x;
  z = std::move(x);
  Derived derived;
  Handle converted{derived};
  Handle taken{std::move(derived)};
  converted = Derived{};
  taken = derived;
  taken.reset();
  return z == converted && (z <=> taken) == std::strong_ordering::equal && !(z < converted) && z.owner_equal(taken) &&
         !z.owner_before(taken) && z == Derived{};
}

template <class Handle>
consteval bool points_to_nothing() {
  Handle x = nullptr;
  x = nullptr;
  x.reset(nullptr);
  return !x && x == nullptr && nullptr == x && (x <=> nullptr) == 0 && x.get() == nullptr;
}

using ouro::test::base;
using ouro::test::derived;

static_assert(works_as_constant<ouro::ptr<base>, ouro::ptr<derived>>() && points_to_nothing<ouro::ptr<base>>());
static_assert(works_as_constant<ouro::ptr<const void>, ouro::ptr<int>>());
static_assert(works_as_constant<ouro::ptr<const int[]>, ouro::ptr<int[4]>>());
static_assert(works_as_constant<ouro::weak<base>, ouro::weak<derived>>() && ouro::weak<base>{}.expired());
static_assert(works_as_constant<ouro::managed_alias<base>, ouro::managed_alias<derived>>());
static_assert(points_to_nothing<ouro::managed_alias<base>>() && ouro::managed_alias<int>{}.use_count() == 0);
static_assert(ouro::managed_alias<const base>{ouro::ptr<derived>{}} == nullptr);
static_assert(works_as_constant<self_counted<counts_itself>, self_counted<derived_counts_itself>>());
static_assert(points_to_nothing<self_counted<counts_itself>>());

constinit ouro::ptr<base> before_main{};
constinit ouro::weak<base> weak_before_main{};
constinit ouro::managed_alias<int> alias_before_main{};

}  // namespace

TEST_CASE("constant_expression: handles that were constant-initialised are used at run time as others are") {
  before_main = ouro::make<derived>();
  weak_before_main = before_main;
  alias_before_main = {before_main, &before_main->number};
  CHECK(before_main.use_count() == 2);
  before_main.reset();
  CHECK(*alias_before_main == 1);
  CHECK_FALSE(weak_before_main.expired());
  alias_before_main.reset();
  CHECK(weak_before_main.expired());
  weak_before_main.reset();
}
