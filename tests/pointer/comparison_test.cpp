// What the pointers compare with, as std::shared_ptr and boost::intrusive_ptr do.

#include "pointer/hierarchy.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <compare>
#include <concepts>
#include <cstddef>
#include <functional>
#include <sstream>
#include <type_traits>
#include <unordered_set>
#include <utility>

using ouro::make;
using ouro::ptr;
using ouro::weak;
using ouro::test::base;
using ouro::test::derived;

namespace {

template <class T>
using alias = ouro::managed_alias<T, ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>;

/// Whether an owning pointer compares with null and with other pointers as `std::shared_ptr` does.
template <class T, class Derived>
consteval bool compares_as_std() {
  static_assert(std::is_nothrow_constructible_v<T, std::nullptr_t> && std::is_convertible_v<std::nullptr_t, T>);
  static_assert(std::is_nothrow_assignable_v<T&, std::nullptr_t>);
  static_assert(std::three_way_comparable<T, std::strong_ordering>);
  static_assert(requires(const T& p, const Derived& d) {
    { p == d } -> std::same_as<bool>;
    { d != p } -> std::same_as<bool>;
    { p < d } -> std::same_as<bool>;
    { d >= p } -> std::same_as<bool>;
  });
  static_assert(noexcept(std::declval<const T&>() == nullptr) && noexcept(nullptr != std::declval<const T&>()));
  static_assert(noexcept(static_cast<bool>(std::declval<const T&>())) && noexcept(*std::declval<const T&>()));
  static_assert(noexcept(std::declval<const T&>().get()) && noexcept(std::declval<const T&>().operator->()));
  static_assert(!requires(const T& p, int number) { p == number; });
  static_assert(!requires(T& p, int number) { p.reset(number); });
  return true;
}
static_assert(compares_as_std<ptr<base>, ptr<derived>>() && compares_as_std<alias<base>, alias<derived>>());
static_assert(!std::is_constructible_v<weak<base>, std::nullptr_t>);  // as std::weak_ptr

template <class Left, class Right>
concept compares = requires(const Left& left, const Right& right) { left == right; };

template <class T>
bool is_null(const T& p) {
  return p == nullptr && nullptr == p && !p && p.get() == nullptr && p.use_count() == 0 && p.owner_equal(T{});
}

}  // namespace

TEST_CASE_TEMPLATE("comparison: 0, NULL and nullptr are a null pointer in each expression", T, ptr<base>, alias<base>) {
  // NOLINTBEGIN(modernize-use-nullptr)
  const auto object = make<base>();
  T p = NULL;
  CHECK(is_null(p));
  p = object;
  CHECK((p != 0));
  CHECK((0 != p));
  CHECK((p != NULL));
  CHECK_FALSE((p == 0));
  CHECK_FALSE((NULL == p));
  CHECK((p > nullptr));
  CHECK((nullptr < p));
  p = 0;
  CHECK(is_null(p));
  CHECK((p == 0));
  CHECK((NULL == p));
  CHECK((p <=> nullptr) == 0);
  p = object;
  p = NULL;
  CHECK(is_null(p));
  p = object;
  p.reset(0);
  CHECK(is_null(p));
  p = object;
  p.reset(NULL);
  CHECK(is_null(p));
  p = object;
  p.reset(nullptr);
  CHECK(is_null(p));
  p = object;
  p = {};
  CHECK(is_null(p));
  CHECK(is_null(T(0)));
  CHECK(is_null(T{nullptr}));
  CHECK(object.use_count() == 1);
  // NOLINTEND(modernize-use-nullptr)
}

TEST_CASE("comparison: a managed_ptr compares with raw pointers to its own class and to derived classes") {
  const auto object = make<derived>();
  const ptr<base> p = object;
  const base* const constant = object.get();
  CHECK(p == object.get());
  CHECK(object.get() == p);
  CHECK(p == constant);
  base* none = nullptr;
  CHECK(p != none);
  CHECK(ptr<void>{object} == static_cast<void*>(object.get()));
  static_assert(compares<ptr<base>, base*> && !compares<ptr<base>, int*> && !compares<alias<base>, base*>);
}

TEST_CASE("comparison: a managed_alias compares, hashes, streams and is deduced as a managed_ptr") {
  const auto whole = make<derived>();
  const alias<base> a{whole};
  const alias<const derived> c{whole};
  CHECK(a == c);
  CHECK((a <=> c) == std::strong_ordering::equal);
  const alias<int> first{whole, &whole->number};
  const alias<int> last{whole, &whole->more};
  CHECK(first != last);
  CHECK(first < last);
  std::unordered_set<alias<int>> set{first, last, first};
  CHECK(set.size() == 2);
  CHECK(hash_value(first) == std::hash<int*>{}(first.get()));
  std::ostringstream written;
  written << first;
  std::ostringstream expected;
  expected << static_cast<const void*>(first.get());
  CHECK(written.str() == expected.str());
  const ouro::managed_alias deduced{whole, &whole->more};
  const ouro::managed_alias same{whole};
  const ouro::managed_alias part_of_part{same, &whole->number};
  CHECK(part_of_part == first);
  static_assert(std::is_same_v<decltype(deduced), const alias<int>>);
  static_assert(std::is_same_v<decltype(same), const alias<derived>>);
  const alias<void> erased = a;
  CHECK(erased.get() == static_cast<void*>(a.get()));
  alias<int> x = first;
  alias<int> y = last;
  std::swap(x, y);
  CHECK(x == last);
  CHECK(y == first);
}
