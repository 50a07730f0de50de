// [util.smartptr.shared.mod] and [util.smartptr.shared.spec]: swap and reset.
#include "standard/allocators.hpp"
#include "standard/deleters.hpp"
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <concepts>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

using namespace ouro::test::standard;

namespace {

template <class Pointer, class... Args>
concept resettable = requires(Pointer& p, Args... args) { p.reset(args...); };

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("swap: exchanges pointers and owners, and counts nothing", F, swaps) {
  shared<F, number> p{new number{1}};
  shared<F, number> q{new number{2}};
  const auto other = q;
  p.swap(q);
  CHECK(p->value == 2);
  CHECK(q->value == 1);
  CHECK(p.use_count() == 2);
  CHECK(q.use_count() == 1);
  CHECK(same_owner(p, other));
  swap(p, q);
  CHECK(p->value == 1);
  CHECK(q == other);
  std::swap(p, q);
  CHECK(p == other);
  CHECK(other.use_count() == 2);
  std::ranges::swap(p, q);
  CHECK(q == other);
}
TEST_CASE_TEMPLATE_APPLY(swaps, families);

TEST_CASE_TEMPLATE_DEFINE("swap: with an empty pointer, and with itself", F, swaps_empty) {
  shared<F, number> p{new number{1}};
  auto* const made = p.get();
  shared<F, number> empty;
  p.swap(empty);
  CHECK(p == nullptr);
  CHECK(p.use_count() == 0);
  CHECK(empty.get() == made);
  CHECK(empty.use_count() == 1);
  empty.swap(empty);
  CHECK(empty.get() == made);
  CHECK(empty.use_count() == 1);
  swap(empty, empty);
  CHECK(empty.use_count() == 1);
  shared<F, number> second;
  p.swap(second);
  CHECK(p.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(swaps_empty, families);

TEST_CASE_TEMPLATE_DEFINE("swap: exchanges aliases and their owners", F, swaps_aliases) {
  const shared<F, number> whole{new number{1}};
  int on_stack = 5;
  shared<F, int> part{whole, &whole->value};
  shared<F, int> elsewhere{shared<F, int>{}, &on_stack};
  part.swap(elsewhere);
  CHECK(part.get() == &on_stack);
  CHECK(part.use_count() == 0);
  CHECK(elsewhere.get() == &whole->value);
  CHECK(elsewhere.use_count() == 2);
}
TEST_CASE_TEMPLATE_APPLY(swaps_aliases, families);

TEST_CASE_TEMPLATE_DEFINE("reset(): gives up the object, and leaves an empty pointer", F, resets) {
  deletions noted;
  shared<F, number> p{new number, noting_deleter{&noted}};
  const auto other = p;
  p.reset();
  CHECK(p.get() == nullptr);
  CHECK(p.use_count() == 0);
  CHECK(noted.calls == 0);
  CHECK(other.use_count() == 1);
  p.reset();
  CHECK(p == nullptr);
  CHECK(same_owner(p, shared<F, number>{}));
}
TEST_CASE_TEMPLATE_APPLY(resets, families);

TEST_CASE_TEMPLATE_DEFINE("reset(Y*): owns the new object, after which the old one is given up", F, resets_to_pointer) {
  shared<F, base> p{new base{1}};
  auto* const made = new derived{2};
  p.reset(made);
  CHECK(p.get() == made);
  CHECK(p.use_count() == 1);
  CHECK(base::alive == 1);
  p.reset(static_cast<base*>(nullptr));
  CHECK(p == nullptr);
  CHECK(p.use_count() == 1);
  CHECK(base::alive == 0);
  shared<F, void> anything;
  anything.reset(new number);
  CHECK(number::alive == 1);
  anything.reset(new derived);
  CHECK(number::alive == 0);
  CHECK(base::alive == 1);
  anything.reset();
  CHECK(base::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(resets_to_pointer, families);

TEST_CASE_TEMPLATE_DEFINE("reset(Y*): a base without a virtual destructor", F, resets_to_derived) {
  shared<F, plain_base> p;
  p.reset(new plain_derived);
  CHECK(plain_derived::alive == 1);
  p.reset(new plain_base);
  CHECK(plain_derived::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(resets_to_derived, families);

TEST_CASE_TEMPLATE_DEFINE("reset(Y*, D): with a deleter", F, resets_with_deleter) {
  deletions first;
  deletions second;
  shared<F, number> p{new number, noting_deleter{&first}};
  p.reset(new number{2}, noting_deleter{&second});
  CHECK(first.calls == 1);
  CHECK(second.calls == 0);
  CHECK(p->value == 2);
  p.reset(new number{3});
  CHECK(second.calls == 1);
  CHECK(F::template get_deleter<noting_deleter>(p) == nullptr);
  p.reset(new number{4}, move_only_deleter{first});
  p.reset();
  CHECK(first.calls == 2);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(resets_with_deleter, families);

TEST_CASE_TEMPLATE_DEFINE("reset(Y*, D, A): with a deleter and an allocator", F, resets_with_allocator) {
  ledger of;
  deletions noted;
  {
    shared<F, number> p{new number{1}};
    p.reset(new number{2}, noting_deleter{&noted}, noting_allocator<int>{of});
    CHECK(number::alive == 1);
    CHECK(of.allocations == 1);
    of.failures_after = 0;
    auto* const before = p.get();
    CHECK_THROWS_AS(p.reset(new number{3}, noting_deleter{&noted}, noting_allocator<int>{of}), std::bad_alloc);
    CHECK(noted.calls == 1);
    CHECK(p.get() == before);
    CHECK(number::alive == 1);
  }
  CHECK(noted.calls == 2);
  CHECK(of.deallocations == 1);
}
TEST_CASE_TEMPLATE_APPLY(resets_with_allocator, families);

TEST_CASE_TEMPLATE_DEFINE("reset: of arrays", F, resets_arrays) {
  deletions noted;
  shared<F, number[]> p;
  p.reset(new number[3]);
  CHECK(number::alive == 3);
  CHECK(p.use_count() == 1);
  p.reset(new number[2], noting_array_deleter{&noted});
  CHECK(number::alive == 2);
  p.reset();
  CHECK(noted.calls == 1);
  shared<F, number[4]> q;
  q.reset(new number[4]);
  CHECK(number::alive == 4);
  q.reset(new number[4], std::default_delete<number[]>{});
  CHECK(number::alive == 4);
  q.reset();
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(resets_arrays, families);

TEST_CASE_TEMPLATE_DEFINE("reset: to an object with other owners leaves those alone", F, resets_shared) {
  const shared<F, number> p{new number{1}};
  auto q = p;
  auto r = p;
  q.reset(new number{2});
  CHECK(p.use_count() == 2);
  CHECK(r->value == 1);
  r.reset();
  CHECK(p.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(resets_shared, families);

TEST_CASE_TEMPLATE_DEFINE("swap, reset: which throw, and which arguments they take", F, modifier_traits) {
  using pointer = shared<F, base>;
  static_assert(noexcept(std::declval<pointer&>().swap(std::declval<pointer&>())));
  static_assert(noexcept(std::declval<pointer&>().reset()));
  static_assert(!noexcept(std::declval<pointer&>().reset(std::declval<base*>())));
  static_assert(std::is_nothrow_swappable_v<pointer>);
  static_assert(std::is_nothrow_swappable_v<shared<F, int[]>>);
  static_assert(!std::is_swappable_with_v<pointer&, shared<F, derived>&>);
  static_assert(std::is_void_v<decltype(std::declval<pointer&>().reset())>);
  static_assert(std::is_void_v<decltype(std::declval<pointer&>().swap(std::declval<pointer&>()))>);
  static_assert(resettable<pointer>);
  static_assert(resettable<pointer, base*>);
  static_assert(resettable<pointer, derived*>);
  static_assert(resettable<pointer, derived*, noting_deleter>);
  static_assert(resettable<pointer, derived*, noting_deleter, std::allocator<int>>);
  static_assert(!resettable<pointer, second_base*>);
  static_assert(!resettable<pointer, const base*>);
  static_assert(!resettable<pointer, with_private_base*>);
  static_assert(!resettable<pointer, second_base*, noting_deleter>);
  static_assert(!resettable<pointer, std::nullptr_t>);
  static_assert(!resettable<pointer, int>);
  static_assert(resettable<shared<F, int[]>, int*>);
  static_assert(!resettable<shared<F, int[]>, long*>);
  static_assert(!resettable<shared<F, base[]>, derived*>);
  CHECK(pointer{}.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(modifier_traits, families);
