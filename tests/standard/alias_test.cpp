// [util.smartptr.shared.const]: pointers that share ownership with one pointer, and point elsewhere.
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <type_traits>
#include <utility>

using namespace ouro::test::standard;

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(r, p): shares the owner, and points to p", F, shares_owner) {
  shared<F, derived> whole{new derived{6}};
  {
    const shared<F, int> part{whole, &whole->more};
    CHECK(part.get() == &whole->more);
    CHECK(*part == 2);
    CHECK(part.use_count() == 2);
    CHECK(whole.use_count() == 2);
    CHECK(same_owner(part, whole));
  }
  CHECK(whole.use_count() == 1);
  CHECK(base::alive == 1);
}
TEST_CASE_TEMPLATE_APPLY(shares_owner, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(r, p): keeps the whole alive", F, keeps_whole) {
  shared<F, int> part;
  {
    const shared<F, derived> whole{new derived};
    part = shared<F, int>{whole, &whole->more};
  }
  CHECK(base::alive == 1);
  CHECK(part.use_count() == 1);
  *part = 11;
  CHECK(*part == 11);
  part.reset();
  CHECK(base::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(keeps_whole, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(r&&, p): takes the ownership over, and leaves r empty", F, moves_owner) {
  shared<F, derived> whole{new derived};
  auto* const address = &whole->more;
  {
    const shared<F, int> part{std::move(whole), address};
    CHECK(whole.get() == nullptr);
    CHECK(whole.use_count() == 0);
    CHECK(part.get() == address);
    CHECK(part.use_count() == 1);
    CHECK(base::alive == 1);
  }
  CHECK(base::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(moves_owner, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(r, p): of an empty r is empty, and points to p nevertheless", F,
                          empty_with_pointer) {
  int on_stack = 1;
  const shared<F, derived> empty;
  const shared<F, int> p{empty, &on_stack};
  CHECK(p.use_count() == 0);
  CHECK(p.get() == &on_stack);
  CHECK(p);
  CHECK(same_owner(p, empty));
  const shared<F, int> copy = p;
  CHECK(copy.get() == &on_stack);
  CHECK(copy.use_count() == 0);
  shared<F, int> moved_from = p;
  const shared<F, int> moved = std::move(moved_from);
  CHECK(moved.get() == &on_stack);
  CHECK(moved_from.get() == nullptr);
  const shared<F, int> from_rvalue{shared<F, derived>{}, &on_stack};
  CHECK(from_rvalue.get() == &on_stack);
  CHECK(from_rvalue.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(empty_with_pointer, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(r, p): may own, and point to null", F, owner_with_null) {
  const shared<F, derived> whole{new derived};
  const shared<F, int> p{whole, nullptr};
  CHECK_FALSE(p);
  CHECK(p.use_count() == 2);
  CHECK(same_owner(p, whole));
  CHECK_FALSE(same_owner(p, shared<F, int>{}));
  const shared<F, int> copy = p;
  CHECK(whole.use_count() == 3);
  CHECK(copy == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(owner_with_null, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(r, p): aliases of aliases share the first owner", F, alias_of_alias) {
  struct inner {
    int numbers[3] = {1, 2, 3};
  };
  struct outer : number {
    inner in;
  };
  shared<F, outer> whole{new outer};
  shared<F, inner> middle{whole, &whole->in};
  shared<F, int> last{middle, &middle->numbers[2]};
  CHECK(whole.use_count() == 3);
  whole.reset();
  middle.reset();
  CHECK(number::alive == 1);
  CHECK(*last == 3);
  CHECK(last.use_count() == 1);
  last.reset();
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(alias_of_alias, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(r, p): back to the whole, as the owner was", F, back_to_whole) {
  auto whole = F::template make_shared<two_bases>();
  auto* const address = whole.get();
  shared<F, long> part{whole, &whole->second};
  whole.reset();
  shared<F, two_bases> again{part, address};
  part.reset();
  CHECK(again.use_count() == 1);
  CHECK(again->last == 4);
  CHECK(base::alive == 1);
  again.reset();
  CHECK(base::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(back_to_whole, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(r, p): an element of an array, and the array that is a member", F, arrays) {
  shared<F, number[]> many{new number[4]};
  shared<F, number> one{many, &many[2]};
  CHECK(many.use_count() == 2);
  many.reset();
  CHECK(number::alive == 4);
  one.reset();
  CHECK(number::alive == 0);
  struct holder {
    int numbers[3] = {7, 8, 9};
  };
  const auto held = F::template make_shared<holder>();
  const shared<F, int[]> unknown{held, held->numbers};
  const shared<F, int[3]> known{held, held->numbers};
  CHECK(unknown[1] == 8);
  CHECK(known[2] == 9);
  CHECK(held.use_count() == 3);
}
TEST_CASE_TEMPLATE_APPLY(arrays, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(r, p): to what has nothing to do with the owner", F, unrelated) {
  static int global = 5;
  shared<F, int> p{shared<F, number>{new number}, &global};
  CHECK(*p == 5);
  CHECK(number::alive == 1);
  p.reset();
  CHECK(number::alive == 0);
  shared<F, void> q{F::template make_shared<number>(1), &global};
  CHECK(q.get() == &global);
  CHECK(number::alive == 1);
}
TEST_CASE_TEMPLATE_APPLY(unrelated, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(r, p): from itself, and assigned to the pointer it was made of", F, to_itself) {
  auto p = F::template make_shared<number>(1);
  auto* const address = p.get();
  p = shared<F, number>{p, address};
  CHECK(p.use_count() == 1);
  CHECK(p.get() == address);
  p = shared<F, number>{std::move(p), address};
  CHECK(p.use_count() == 1);
  CHECK(p.get() == address);
  CHECK(number::alive == 1);
}
TEST_CASE_TEMPLATE_APPLY(to_itself, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(r, p): neither throws; takes any owner, and an element pointer alone", F,
                          alias_traits) {
  using pointer = shared<F, int>;
  static_assert(std::is_nothrow_constructible_v<pointer, const shared<F, number>&, int*>);
  static_assert(std::is_nothrow_constructible_v<pointer, shared<F, number>, int*>);
  static_assert(std::is_nothrow_constructible_v<pointer, const shared<F, void>&, int*>);
  static_assert(std::is_nothrow_constructible_v<pointer, const shared<F, number[]>&, int*>);
  static_assert(std::is_constructible_v<shared<F, const int>, const pointer&, int*>);
  static_assert(!std::is_constructible_v<pointer, const pointer&, const int*>);
  static_assert(!std::is_constructible_v<pointer, const pointer&, long*>);
  static_assert(std::is_constructible_v<shared<F, int[]>, const pointer&, int*>);
  CHECK(pointer{}.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(alias_traits, families);
