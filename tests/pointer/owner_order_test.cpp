#include "pointer/hierarchy.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <memory>

using ouro::make;
using ouro::ptr;
using ouro::weak;
using ouro::test::base;
using ouro::test::derived;

namespace {

template <class T>
using alias = ouro::managed_alias<T, ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>;

}  // namespace

TEST_CASE("owner_order: all pointers to one object, weak ones and aliases too, are ordered and hashed alike") {
  const auto whole = make<derived>();
  const ptr<base> p = whole;
  const weak<base> w{whole};
  const alias<int> a{whole, &whole->more};
  const auto alike = [](const auto& left, const auto& right) {
    return left.owner_equal(right) && right.owner_equal(left) && !left.owner_before(right) &&
           !right.owner_before(left) && left.owner_hash() == right.owner_hash();
  };
  CHECK(alike(p, w));
  CHECK(alike(p, a));
  CHECK(alike(w, a));
  CHECK(alike(p, whole));
  CHECK(alike(a, alias<base>{whole}));
  CHECK(alike(weak<int>{}, ptr<base>{}));
  const auto second = make<derived>();
  const alias<int> b{second, &whole->more};
  CHECK(a == b);
  CHECK_FALSE(a.owner_equal(b));
  CHECK(a.owner_before(b) != b.owner_before(a));
  CHECK(p.owner_before(b) == w.owner_before(b));
  CHECK(std::owner_less<>{}(a, b) == std::owner_less<>{}(p, second));
}

TEST_CASE("owner_order: each kind of handle compares with each other kind, also when their object is dead") {
  ptr<base> p = make<derived>();
  const ptr<base> other = make<derived>();
  const weak<void> w{p};
  alias<int> a{p, &p->number};
  const auto each = [&](auto&& visit) {
    visit(p);
    visit(w);
    visit(a);
  };
  each([&](const auto& left) {
    each([&](const auto& right) {
      CHECK(left.owner_equal(right));
      CHECK_FALSE(left.owner_before(right));
      CHECK(left.owner_hash() == right.owner_hash());
    });
    const auto differ = [&](const auto& right) {
      CHECK_FALSE(left.owner_equal(right));
      CHECK_FALSE(right.owner_equal(left));
      CHECK(left.owner_before(right) != right.owner_before(left));
      CHECK(left.owner_before(right) == p.owner_before(other));
    };
    differ(other);
    differ(weak<base>{other});
    differ(alias<base>{other});
  });
  const bool is_before = w.owner_before(other);
  a.reset();
  p.reset();
  CHECK(w.expired());
  CHECK(w.owner_before(other) == is_before);
  CHECK(w.owner_before(alias<base>{other}) == is_before);
  CHECK_FALSE(w.owner_equal(p));
  CHECK(p.owner_equal(a));
  CHECK(a.owner_before(w));
}
