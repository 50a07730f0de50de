#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

using ouro::make;
using ouro::ptr;
using ouro::weak;

namespace {

struct counted {
  virtual ~counted() = default;
  void trace(auto&&) {}
};

struct derived : counted {
  void trace(auto&&) {}
};

struct plain_base {
  int value = 1;
};

/// Its base has no virtual destructor.
struct plain_derived : plain_base {
  ~plain_derived() { ++destroyed; }
  std::string text = std::string(50, 'x');
  static inline int destroyed = 0;
};

struct second_base {
  virtual ~second_base() = default;
  int second = 2;
};

struct two_bases final : counted, second_base {
  ~two_bases() override { ++destroyed; }
  static inline int destroyed = 0;
  void trace(auto&&) {}
};

struct other_class {};

/// Its base class is virtual: only a live object shows where it lies.
struct virtual_base {
  virtual ~virtual_base() = default;
};
struct of_virtual : virtual virtual_base {
  ~of_virtual() override = default;
  void trace(auto&&) {}
};

template <class T>
using alias = ouro::managed_alias<T, ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>;

/// What holds for pointers `T` to a class, and for pointers to a derived class, a constant and an unrelated class.
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
  static_assert(!std::is_constructible_v<T, counted*> && !std::is_assignable_v<T&, counted*>);
  static_assert(!std::is_convertible_v<T, bool> && !std::is_assignable_v<T&, bool>);
  static_assert(noexcept(std::declval<T&>().reset()) && noexcept(std::declval<T&>().swap(std::declval<T&>())));
  static_assert(noexcept(std::declval<const T&>().use_count()));
  static_assert(noexcept(std::declval<const T&>().owner_before(std::declval<const ptr<counted>&>())));
  static_assert(noexcept(std::declval<const T&>().owner_before(std::declval<const weak<counted>&>())));
  static_assert(noexcept(std::declval<const T&>().owner_before(std::declval<const alias<int>&>())));
  static_assert(noexcept(std::declval<const T&>().owner_equal(std::declval<const ptr<counted>&>())));
  static_assert(noexcept(std::declval<const T&>().owner_equal(std::declval<const weak<counted>&>())));
  static_assert(noexcept(std::declval<const T&>().owner_equal(std::declval<const alias<int>&>())));
  static_assert(noexcept(std::declval<const T&>().owner_hash()));
  return true;
}
static_assert(converts_as_std<ptr<counted>, ptr<derived>, ptr<const counted>, ptr<other_class>>());
static_assert(converts_as_std<alias<counted>, alias<derived>, alias<const counted>, alias<other_class>>());
static_assert(converts_as_std<alias<counted>, ptr<derived>, alias<const counted>, alias<other_class>>());
static_assert(converts_as_std<weak<counted>, weak<derived>, weak<const counted>, weak<other_class>>());

}  // namespace

template <>
inline constexpr bool ouro::leaf<plain_derived> = true;

/// Pointers to the second base lead into the middle of the object.
template <>
inline constexpr bool ouro::interior_base<second_base> = true;
template <>
inline constexpr bool ouro::interior_base<virtual_base> = true;

static_assert(std::is_convertible_v<ptr<derived>, ptr<counted>> && !std::is_convertible_v<ptr<counted>, ptr<derived>>);
static_assert(std::is_convertible_v<ptr<int>, ptr<const int>> && !std::is_convertible_v<ptr<const int>, ptr<int>>);
static_assert(std::is_convertible_v<ptr<int>, ptr<void>> && !std::is_convertible_v<ptr<void>, ptr<int>>);
static_assert(!std::is_convertible_v<int*, ptr<int>> && !std::is_constructible_v<ptr<int>, int*>);
static_assert(!std::is_convertible_v<std::unique_ptr<int>, ptr<int>> && !std::is_assignable_v<ptr<int>&, int*>);
// Arrays of a derived class are no arrays of its base (trap 19).
static_assert(!std::is_convertible_v<ptr<plain_derived[]>, ptr<plain_base[]>>);
static_assert(std::is_convertible_v<ptr<int[]>, ptr<const int[]>> && std::is_convertible_v<ptr<int[3]>, ptr<int[]>>);
static_assert(!std::is_convertible_v<ptr<int[]>, ptr<int>> && !std::is_convertible_v<ptr<int[3]>, ptr<int[4]>>);

TEST_CASE("conversion: the destructor of the class that was made runs, whatever the pointer's type (traps 12, 13)") {
  ptr<plain_base> base = make<plain_derived>();
  CHECK(base->value == 1);
  base.reset();
  CHECK(plain_derived::destroyed == 1);
  ptr<void> erased = make<plain_derived>();
  erased.reset();
  CHECK(plain_derived::destroyed == 2);
  const ptr<const volatile void> qualified = make<plain_derived>();
  CHECK(qualified.use_count() == 1);
}

TEST_CASE("conversion: a pointer to an interior second base finds the header of the whole object (trap 11)") {
  auto whole = make<two_bases>();
  ptr<second_base> second = whole;
  CHECK(static_cast<void*>(second.get()) != static_cast<void*>(whole.get()));
  CHECK(whole.use_count() == 2);
  CHECK(second.owner() == whole.owner());
  CHECK_FALSE(second.owner_before(whole));
  CHECK_FALSE(whole.owner_before(second));
  CHECK(second.owner_hash() == whole.owner_hash());
  const weak<second_base> watcher = second;
  whole.reset();
  CHECK(second.use_count() == 1);
  CHECK(watcher.lock() == second);
  second.reset();
  CHECK(two_bases::destroyed == 1);
  CHECK(watcher.expired());
}

TEST_CASE("conversion: from an interior base to void, a pointer leads to the whole object (traps 11, 13)") {
  const auto whole = make<two_bases>();
  const ptr<second_base> second = whole;
  const ptr<void> erased = second;
  CHECK(erased.get() == whole.get());
  CHECK(erased.owner() == whole.owner());
  CHECK(whole.use_count() == 3);
}

TEST_CASE("conversion: a converted weak pointer whose object is dead keeps its owner, as std::weak_ptr") {
  auto object = make<derived>();
  const auto other = make<derived>();
  weak<derived> w{object};
  const weak<derived> same{object};
  const weak<derived> to_other{other};
  object.reset();
  const weak<counted> copied{w};
  CHECK(copied.expired());
  CHECK(copied.lock() == nullptr);
  CHECK(copied.owner() == same.owner());
  CHECK(copied.owner_equal(same));
  CHECK_FALSE(copied.owner_before(same));
  CHECK_FALSE(same.owner_before(copied));
  CHECK_FALSE(copied.owner_equal(other));
  CHECK(copied.owner_before(to_other) != to_other.owner_before(copied));
  weak<const counted> assigned;
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
  const std::weak_ptr<counted> std_copied{std_same};
  CHECK_FALSE(std_copied.owner_before(std_same));
  CHECK_FALSE(std_same.owner_before(std_copied));
}

TEST_CASE("conversion: a weak pointer converts to a base that is found only through the living object") {
  auto object = make<of_virtual>();
  weak<of_virtual> w{object};
  const weak<virtual_base> before{w};
  CHECK(before.lock() == object);
  weak<virtual_base> moved{std::move(w)};
  CHECK(moved.lock() == object);
  CHECK(w.owner() == nullptr);
  w = object;
  const weak<void> whole{before};
  CHECK(whole.lock() == object);
  auto middle = make<two_bases>();
  weak<second_base> in_middle{weak<two_bases>{middle}};
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
