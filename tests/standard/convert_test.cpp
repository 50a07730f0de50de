// [util.smartptr.shared.const]: copies, moves, and conversions between pointers.
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <type_traits>
#include <utility>

using namespace ouro::test::standard;

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(const shared_ptr&): shares ownership, and leaves the source as it was", F,
                          copies) {
  const shared<F, number> p{new number{3}};
  {
    const shared<F, number> copy = p;
    CHECK(copy.get() == p.get());
    CHECK(copy.use_count() == 2);
    CHECK(p.use_count() == 2);
    CHECK(same_owner(copy, p));
    const shared<F, number> third{copy};
    CHECK(p.use_count() == 3);
  }
  CHECK(p.use_count() == 1);
  CHECK(number::alive == 1);
}
TEST_CASE_TEMPLATE_APPLY(copies, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(const shared_ptr&): of an empty one is empty", F, copies_empty) {
  const shared<F, derived> empty;
  const shared<F, derived> copy = empty;
  CHECK(copy.use_count() == 0);
  CHECK(copy == nullptr);
  const shared<F, base> converted = empty;
  CHECK(converted.use_count() == 0);
  CHECK(converted == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(copies_empty, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(shared_ptr&&): takes ownership over, and leaves null", F, moves) {
  shared<F, number> p{new number{3}};
  auto* const made = p.get();
  const shared<F, number> moved = std::move(p);
  CHECK(p.get() == nullptr);
  CHECK(p.use_count() == 0);
  CHECK(same_owner(p, shared<F, number>{}));
  CHECK(moved.get() == made);
  CHECK(moved.use_count() == 1);
  p = moved;  // what was moved from can be used again
  CHECK(moved.use_count() == 2);
}
TEST_CASE_TEMPLATE_APPLY(moves, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(const shared_ptr<Y>&): to a public base", F, converts_to_base) {
  const shared<F, derived> p{new derived{4}};
  const shared<F, base> q = p;
  CHECK(q.get() == p.get());
  CHECK(q->value == 4);
  CHECK(p.use_count() == 2);
  CHECK(same_owner(p, q));
}
TEST_CASE_TEMPLATE_APPLY(converts_to_base, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(const shared_ptr<Y>&): to a second base, and to a virtual one", F,
                          converts_to_other_bases) {
  {
    const shared<F, two_bases> p{new two_bases};
    const shared<F, second_base> q = p;
    CHECK(q.get() == static_cast<second_base*>(p.get()));
    CHECK(static_cast<const void*>(q.get()) != static_cast<const void*>(p.get()));
    CHECK(q->second == 3);
    CHECK(p.use_count() == 2);
    const shared<F, with_virtual_base> r{new with_virtual_base};
    const shared<F, base> s = r;
    CHECK(s.get() == static_cast<base*>(r.get()));
    CHECK(s->value == 1);
    CHECK(r.use_count() == 2);
    CHECK(base::alive == 2);
  }
  CHECK(base::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(converts_to_other_bases, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(const shared_ptr<Y>&): to a second base of what make_shared has made", F,
                          converts_made) {
  shared<F, second_base> second;
  shared<F, base> virtually;
  {
    const auto p = F::template make_shared<two_bases>();
    second = p;
    const auto q = F::template make_shared<with_virtual_base>();
    virtually = q;
    CHECK(virtually.get() == static_cast<base*>(q.get()));
  }
  CHECK(second->second == 3);
  CHECK(virtually->value == 1);
  CHECK(base::alive == 2);
  second.reset();
  virtually.reset();
  CHECK(base::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(converts_made, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(const shared_ptr<Y>&): to const, and to void", F, converts_to_const_and_void) {
  const shared<F, number> p{new number};
  const shared<F, const number> constant = p;
  CHECK(constant.get() == p.get());
  const shared<F, void> anything = p;
  CHECK(anything.get() == p.get());
  const shared<F, const void> constant_anything = anything;
  CHECK(constant_anything.get() == p.get());
  const shared<F, const void> from_constant = constant;
  CHECK(p.use_count() == 5);
  CHECK(same_owner(from_constant, p));
}
TEST_CASE_TEMPLATE_APPLY(converts_to_const_and_void, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(const shared_ptr<Y>&): a pointer to void destroys what it owns", F,
                          void_destroys) {
  shared<F, void> p = F::template make_shared<number>(1);
  CHECK(number::alive == 1);
  p = shared<F, derived>{new derived};
  CHECK(number::alive == 0);
  CHECK(base::alive == 1);
  p.reset();
  CHECK(base::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(void_destroys, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(shared_ptr<Y>&&): to a base, without counting", F, moves_to_base) {
  {
    shared<F, two_bases> p{new two_bases};
    auto* const made = p.get();
    const shared<F, second_base> q = std::move(p);
    CHECK(p.get() == nullptr);
    CHECK(p.use_count() == 0);
    CHECK(q.get() == static_cast<second_base*>(made));
    CHECK(q.use_count() == 1);
    shared<F, with_virtual_base> r{new with_virtual_base};
    const shared<F, base> s = std::move(r);
    CHECK(r.get() == nullptr);
    CHECK(s.use_count() == 1);
    shared<F, number> t{new number};
    const shared<F, const void> u = std::move(t);
    CHECK(t == nullptr);
    CHECK(u.use_count() == 1);
  }
  CHECK(base::alive == 0);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(moves_to_base, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(const shared_ptr<Y>&): between arrays, of known and unknown length", F,
                          converts_arrays) {
  const shared<F, number[3]> known{new number[3]};
  const shared<F, number[]> unknown = known;
  CHECK(unknown.get() == known.get());
  CHECK(known.use_count() == 2);
  const shared<F, const number[]> constant = unknown;
  const shared<F, const number[3]> constant_known = known;
  CHECK(known.use_count() == 4);
  const shared<F, const number[]> from_known = known;
  CHECK(from_known.get() == known.get());
  shared<F, number[3]> moved_from = known;
  const shared<F, number[]> moved = std::move(moved_from);
  CHECK(moved_from == nullptr);
  CHECK(moved.use_count() == 6);
  CHECK(number::alive == 3);
}
TEST_CASE_TEMPLATE_APPLY(converts_arrays, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: conversions are implicit, do not throw, and exist where pointers convert", F,
                          conversion_traits) {
  using pointer = shared<F, base>;
  static_assert(std::is_nothrow_copy_constructible_v<pointer>);
  static_assert(std::is_nothrow_move_constructible_v<pointer>);
  static_assert(std::is_nothrow_constructible_v<pointer, const shared<F, derived>&>);
  static_assert(std::is_nothrow_constructible_v<pointer, shared<F, derived>>);
  static_assert(std::is_convertible_v<const shared<F, derived>&, pointer>);
  static_assert(std::is_convertible_v<shared<F, derived>, pointer>);
  static_assert(std::is_convertible_v<shared<F, with_virtual_base>, pointer>);
  static_assert(std::is_convertible_v<pointer, shared<F, const base>>);
  static_assert(std::is_convertible_v<pointer, shared<F, void>>);
  static_assert(!std::is_constructible_v<shared<F, derived>, const pointer&>);
  static_assert(!std::is_constructible_v<shared<F, derived>, pointer>);
  static_assert(!std::is_constructible_v<pointer, shared<F, const base>>);
  static_assert(!std::is_constructible_v<pointer, shared<F, void>>);
  static_assert(!std::is_constructible_v<pointer, shared<F, second_base>>);
  static_assert(!std::is_constructible_v<pointer, shared<F, with_private_base>>);
  static_assert(!std::is_constructible_v<pointer, const shared<F, with_private_base>&>);
  static_assert(!std::is_constructible_v<pointer, shared<F, with_ambiguous_base>>);
  static_assert(!std::is_constructible_v<shared<F, void>, shared<F, const base>>);
  static_assert(!std::is_constructible_v<shared<F, int>, shared<F, long>>);
  CHECK(pointer{}.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(conversion_traits, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: arrays convert where pointers to them do", F, array_traits) {
  static_assert(std::is_convertible_v<shared<F, int[3]>, shared<F, int[]>>);
  static_assert(std::is_convertible_v<shared<F, int[3]>, shared<F, const int[]>>);
  static_assert(std::is_convertible_v<shared<F, int[]>, shared<F, const int[]>>);
  static_assert(!std::is_constructible_v<shared<F, int[]>, shared<F, const int[]>>);
  static_assert(!std::is_constructible_v<shared<F, int[2]>, shared<F, int[3]>>);
  static_assert(!std::is_constructible_v<shared<F, int[]>, shared<F, int>>);
  static_assert(!std::is_constructible_v<shared<F, int>, shared<F, int[]>>);
  static_assert(!std::is_constructible_v<shared<F, int>, shared<F, int[3]>>);
  static_assert(!std::is_constructible_v<shared<F, base[]>, shared<F, derived[]>>);
  static_assert(!std::is_constructible_v<shared<F, long[]>, shared<F, int[]>>);
  static_assert(std::is_convertible_v<shared<F, int[2][3]>, shared<F, int[][3]>>);
  static_assert(!std::is_constructible_v<shared<F, int[][2]>, shared<F, int[][3]>>);
  static_assert(std::is_constructible_v<shared<F, void>, shared<F, int[]>>);
  CHECK(shared<F, int[]>{}.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(array_traits, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: an overload is chosen by what converts", F, overload_is_chosen) {
  struct chooser {
    static int choose(const shared<F, base>&) { return 1; }
    static int choose(const shared<F, second_base>&) { return 2; }
    static int choose(const shared<F, number>&) { return 3; }
  };
  CHECK(chooser::choose(shared<F, derived>{}) == 1);
  CHECK(chooser::choose(shared<F, number>{}) == 3);
  CHECK(chooser::choose(std::make_unique<derived>()) == 1);
}
TEST_CASE_TEMPLATE_APPLY(overload_is_chosen, families);
