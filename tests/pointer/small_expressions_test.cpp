#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <compare>
#include <cstddef>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <utility>

// Each small expression that is written of std::shared_ptr, std::weak_ptr and boost::intrusive_ptr, written of the
// pointers of this library: whether it compiles, what it counts, and whether it may throw.

namespace {

/// Counts the counting.
struct counted_refcount : ouro::local_refcount {
  static inline long increments = 0;
  OURO_ALWAYS_INLINE static void increment(count_type& count) noexcept {
    ++increments;
    ouro::local_refcount::increment(count);
  }
};

using memory = ouro::memory<counted_refcount, ouro::trial_deletion, ouro::pool_allocator>;

struct base {
  virtual ~base() = default;
  void trace(auto&&) {}
  int number = 1;
};
struct derived : base {
  void trace(auto&&) {}
  int more = 2;
};
struct other_class {};

/// The base class is virtual: only an object that is alive tells where it lies.
struct virtual_base {
  virtual ~virtual_base() = default;
};
struct of_virtual : virtual virtual_base {
  ~of_virtual() override = default;
  void trace(auto&&) {}
};

template <class T>
using ptr = memory::ptr<T>;
template <class T>
using weak = memory::weak<T>;
template <class T>
using alias = ouro::managed_alias<T, counted_refcount, ouro::trial_deletion, ouro::pool_allocator>;

/// What is true of a pointer class, of `T`, of a class derived from it and of an unrelated one.
template <class T, class Derived, class Const, class Other>
consteval bool converts_as_std() {
  static_assert(std::is_nothrow_default_constructible_v<T>);
  static_assert(std::is_nothrow_copy_constructible_v<T> && std::is_nothrow_copy_assignable_v<T>);
  static_assert(std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T>);
  static_assert(std::is_nothrow_destructible_v<T> && std::is_nothrow_swappable_v<T>);
  static_assert(std::is_nothrow_constructible_v<T, const Derived&> && std::is_nothrow_constructible_v<T, Derived>);
  static_assert(std::is_nothrow_assignable_v<T&, const Derived&> && std::is_nothrow_assignable_v<T&, Derived>);
  static_assert(std::is_convertible_v<Derived, T> && !std::is_convertible_v<T, Derived>);
  static_assert(std::is_convertible_v<T, Const> && !std::is_convertible_v<Const, T>);
  static_assert(!std::is_constructible_v<Other, T> && !std::is_assignable_v<Other&, T>);
  static_assert(!std::is_constructible_v<T, int> && !std::is_assignable_v<T&, int>);
  static_assert(!std::is_constructible_v<T, base*> && !std::is_assignable_v<T&, base*>);
  static_assert(!std::is_convertible_v<T, bool> && !std::is_assignable_v<T&, bool>);
  static_assert(noexcept(std::declval<T&>().reset()) && noexcept(std::declval<T&>().swap(std::declval<T&>())));
  static_assert(noexcept(std::declval<const T&>().use_count()));
  static_assert(noexcept(std::declval<const T&>().owner_before(std::declval<const ptr<base>&>())));
  static_assert(noexcept(std::declval<const T&>().owner_before(std::declval<const weak<base>&>())));
  static_assert(noexcept(std::declval<const T&>().owner_before(std::declval<const alias<int>&>())));
  static_assert(noexcept(std::declval<const T&>().owner_equal(std::declval<const ptr<base>&>())));
  static_assert(noexcept(std::declval<const T&>().owner_equal(std::declval<const weak<base>&>())));
  static_assert(noexcept(std::declval<const T&>().owner_equal(std::declval<const alias<int>&>())));
  static_assert(noexcept(std::declval<const T&>().owner_hash()));
  return true;
}
static_assert(converts_as_std<ptr<base>, ptr<derived>, ptr<const base>, ptr<other_class>>());
static_assert(converts_as_std<alias<base>, alias<derived>, alias<const base>, alias<other_class>>());
static_assert(converts_as_std<alias<base>, ptr<derived>, alias<const base>, alias<other_class>>());
static_assert(converts_as_std<weak<base>, weak<derived>, weak<const base>, weak<other_class>>());

/// What owns, compares with null and others as `std::shared_ptr` does.
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

TEST_CASE_TEMPLATE("small expressions: 0, NULL and nullptr are null", T, ptr<base>, alias<base>) {
  // NOLINTBEGIN(modernize-use-nullptr)
  const auto object = memory::make<base>();
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

TEST_CASE("small expressions: a pointer compares with raw pointers of its own class and of derived ones") {
  const auto object = memory::make<derived>();
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

TEST_CASE("small expressions: what expires is moved, not copied") {
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

TEST_CASE("small expressions: a copy takes one count") {
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

TEST_CASE("small expressions: a weak pointer that has expired keeps its owner in a conversion, as in std") {
  auto object = memory::make<derived>();
  const auto other = memory::make<derived>();
  weak<derived> w{object};
  const weak<derived> same{object};
  const weak<derived> to_other{other};
  object.reset();
  const weak<base> copied{w};
  CHECK(copied.expired());
  CHECK(copied.lock() == nullptr);
  CHECK(copied.owner() == same.owner());
  CHECK(copied.owner_equal(same));
  CHECK_FALSE(copied.owner_before(same));
  CHECK_FALSE(same.owner_before(copied));
  CHECK_FALSE(copied.owner_equal(other));
  CHECK(copied.owner_before(to_other) != to_other.owner_before(copied));
  weak<const base> assigned;
  assigned = w;
  CHECK(assigned.owner_equal(same));
  assigned = std::move(w);
  CHECK(assigned.owner_equal(same));
  CHECK(w.owner() == nullptr);
  const weak<void> anything{same};
  CHECK(anything.owner_equal(assigned));
  // What the standard library does.
  auto shared = std::make_shared<derived>();
  const std::weak_ptr<derived> std_same{shared};
  shared.reset();
  const std::weak_ptr<base> std_copied{std_same};
  CHECK_FALSE(std_copied.owner_before(std_same));
  CHECK_FALSE(std_same.owner_before(std_copied));
}

namespace {

/// At a second base.
struct in_the_middle {
  virtual ~in_the_middle() = default;
};
struct two_bases : base, in_the_middle {
  void trace(auto&&) {}
};

}  // namespace

template <>
inline constexpr bool ouro::interior_base<virtual_base> = true;
template <>
inline constexpr bool ouro::interior_base<in_the_middle> = true;

TEST_CASE("small expressions: a weak pointer is converted to a base that only a living object finds") {
  auto object = memory::make<of_virtual>();
  weak<of_virtual> w{object};
  const weak<virtual_base> before{w};
  CHECK(before.lock() == object);
  weak<virtual_base> moved{std::move(w)};
  CHECK(moved.lock() == object);
  CHECK(w.owner() == nullptr);
  w = object;
  const weak<void> whole{before};
  CHECK(whole.lock() == object);
  auto middle = memory::make<two_bases>();
  weak<in_the_middle> in_middle{weak<two_bases>{middle}};
  CHECK(in_middle.lock() == middle);
  CHECK(weak<void>{in_middle}.lock() == middle);
  object.reset();
  middle.reset();
  const weak<virtual_base> after{w};
  CHECK(after.expired());
  CHECK(after.use_count() == 0);
  CHECK(after.lock() == nullptr);
  CHECK(after.owner_equal(w));
  CHECK(weak<void>{in_middle}.lock() == nullptr);
  CHECK(weak<void>{in_middle}.owner_equal(in_middle));
  moved = std::move(w);
  CHECK(moved.owner_equal(before));
}

TEST_CASE("small expressions: owners are ordered and hashed alike whatever owns or watches") {
  const auto whole = memory::make<derived>();
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
  const auto second = memory::make<derived>();
  const alias<int> b{second, &whole->more};
  CHECK(a == b);
  CHECK_FALSE(a.owner_equal(b));
  CHECK(a.owner_before(b) != b.owner_before(a));
  CHECK(p.owner_before(b) == w.owner_before(b));
  CHECK(std::owner_less<>{}(a, b) == std::owner_less<>{}(p, second));
}

TEST_CASE("small expressions: an alias compares, hashes, is written and deduced as a pointer is") {
  const auto whole = memory::make<derived>();
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
