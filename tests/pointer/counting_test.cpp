// How many increments each small expression takes.

#include "pointer/hierarchy.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <utility>

using ouro::test::base;
using ouro::test::derived;

namespace {

/// Counts the increments.
struct counted_refcount : ouro::local_refcount {
  static inline long increments = 0;
  OURO_ALWAYS_INLINE static void increment(count_type& count) noexcept {
    ++increments;
    ouro::local_refcount::increment(count);
  }
};

using memory = ouro::memory<counted_refcount, ouro::trial_deletion, ouro::pool_allocator>;

template <class T>
using ptr = memory::ptr<T>;
template <class T>
using weak = memory::weak<T>;
template <class T>
using alias = ouro::managed_alias<T, counted_refcount, ouro::trial_deletion, ouro::pool_allocator>;

/// How many increments `what` takes.
template <class Do>
long increments_of(Do what) {
  const long before = counted_refcount::increments;
  what();
  return counted_refcount::increments - before;
}

template <class T>
bool is_null(const T& p) {
  return p == nullptr && nullptr == p && !p && p.get() == nullptr && p.use_count() == 0 && p.owner_equal(T{});
}

}  // namespace

TEST_CASE("counting: an expression that moves a pointer increments no count") {
  auto d = memory::make<derived>();
  ptr<base> b;
  weak<derived> w{d};
  weak<base> wb;
  alias<derived> ad;
  alias<base> ab;
  alias<int> part;
  CHECK(increments_of([&] { b = std::move(d); }) == 0);
  CHECK(is_null(d));
  CHECK(increments_of([&] { d = ouro::static_pointer_cast<derived>(std::move(b)); }) == 0);
  CHECK(is_null(b));
  CHECK(increments_of([&] {
          ptr<base> made{std::move(d)};
          d = ouro::dynamic_pointer_cast<derived>(std::move(made));
        }) == 0);
  CHECK(increments_of([&] { ad = std::move(d); }) == 0);
  CHECK(is_null(d));
  CHECK(increments_of([&] { ab = std::move(ad); }) == 0);
  CHECK(is_null(ad));
  CHECK(increments_of([&] {
          alias<const base> made{std::move(ab)};
          CHECK(is_null(ab));
          CHECK(made->number == 1);
          part = alias<int>{std::move(made), &static_cast<derived*>(w.lock().get())->more};
          CHECK(is_null(made));
        }) == 1);  // that of `lock`
  CHECK(*part == 2);
  alias<int> taken;
  CHECK(increments_of([&] { taken = std::move(part); }) == 0);
  CHECK(is_null(part));
  CHECK(increments_of([&] { part = alias<int>{std::move(taken)}; }) == 0);
  CHECK(is_null(taken));
  CHECK(increments_of([&] {
          auto& itself = part;
          part = std::move(itself);
        }) == 0);
  CHECK(*part == 2);
  ptr<void> whole;
  CHECK(increments_of([&] { whole = std::move(part).owner(); }) == 0);
  CHECK(is_null(part));
  CHECK(increments_of([&] { swap(whole, whole); }) == 0);
  CHECK(whole.use_count() == 1);
  CHECK(increments_of([&] { wb = std::move(w); }) == 0);
  CHECK(w.owner() == nullptr);
  CHECK(w.use_count() == 0);
  CHECK(wb.owner() == whole.owner());
  CHECK(increments_of([&] {
          const weak<const base> made{std::move(wb)};
          CHECK(wb.owner() == nullptr);
          CHECK(made.use_count() == 1);
          wb = ouro::const_pointer_cast<base>(made.lock());
        }) == 1);
  CHECK(increments_of([&] {
          auto& itself = wb;
          wb = std::move(itself);
        }) == 0);
  CHECK_FALSE(wb.expired());
}

TEST_CASE("counting: a copy increments the count once") {
  const auto d = memory::make<derived>();
  ptr<base> b;
  alias<base> a;
  CHECK(increments_of([&] { b = d; }) == 1);
  CHECK(increments_of([&] {
          auto& itself = b;
          b = itself;
        }) == 1);
  CHECK(increments_of([&] { a = d; }) == 1);
  CHECK(increments_of([&] { a = alias<derived>{d}; }) == 1);
  CHECK(increments_of([&] { const alias<const base> copy = a; }) == 1);
  CHECK(increments_of([&] { const alias<int> copy{d, nullptr}; }) == 1);
  CHECK(increments_of([&] { const alias<int> copy{a, &a->number}; }) == 1);
  CHECK(increments_of([&] { const alias<base> copy = a; }) == 1);
  CHECK(increments_of([&] {
          alias<const base> assigned;
          assigned = a;
          CHECK(assigned == a);
        }) == 1);
  CHECK(d.use_count() == 3);
}
