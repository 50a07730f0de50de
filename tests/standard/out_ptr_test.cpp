// [out.ptr]: out_ptr of shared pointers.
#include "standard/deleters.hpp"
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <type_traits>
#include <utility>

using namespace ouro::test::standard;

namespace {

/// A function of the kind that `out_ptr` is for.
[[nodiscard, maybe_unused]] int make_number(number** made, int value) {
  *made = new number{value};
  return 0;
}
[[nodiscard, maybe_unused]] int make_derived(derived** made) {
  *made = new derived{5};
  return 0;
}
[[nodiscard, maybe_unused]] int make_anything(void** made) {
  *made = new number{8};
  return 0;
}
[[nodiscard, maybe_unused]] int make_nothing(number** made) {
  CHECK(*made == nullptr);
  return 1;
}

struct number_deleter {
  void operator()(number* object) const noexcept { delete object; }
};

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("out_ptr: the pointer owns what a function has made, with its deleter", F, owns_result) {
  deletions noted;
  {
    shared<F, number> p;
    CHECK(make_number(F::out_ptr(p, noting_deleter{&noted}), 4) == 0);
    REQUIRE(p != nullptr);
    CHECK(p->value == 4);
    CHECK(p.use_count() == 1);
    CHECK(F::template get_deleter<noting_deleter>(p) != nullptr);
  }
  CHECK(noted.calls == 1);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(owns_result, families_with_out_ptr);

TEST_CASE_TEMPLATE_DEFINE("out_ptr: gives up what the pointer owned, before the function is called", F, gives_up) {
  shared<F, number> p{new number{1}};
  {
    auto out = F::out_ptr(p, std::default_delete<number>{});
    CHECK(p == nullptr);
    CHECK(number::alive == 0);
    CHECK(make_number(out, 2) == 0);
    CHECK(p == nullptr);  // until `out` ends
  }
  CHECK(p->value == 2);
  const auto other = p;
  CHECK(make_number(F::out_ptr(p, std::default_delete<number>{}), 3) == 0);
  CHECK(other->value == 2);
  CHECK(other.use_count() == 1);
  CHECK(p->value == 3);
}
TEST_CASE_TEMPLATE_APPLY(gives_up, families_with_out_ptr);

TEST_CASE_TEMPLATE_DEFINE("out_ptr: a function that makes nothing leaves the pointer empty, and calls no deleter", F,
                          nothing_made) {
  deletions noted;
  shared<F, number> p{new number{1}};
  CHECK(make_nothing(F::out_ptr(p, noting_deleter{&noted})) == 1);
  CHECK(p == nullptr);
  CHECK(p.use_count() == 0);
  CHECK(noted.calls == 0);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(nothing_made, families_with_out_ptr);

TEST_CASE_TEMPLATE_DEFINE("out_ptr: converts to void**, and to a pointer to another type if that is named", F,
                          other_types) {
  shared<F, number> p;
  CHECK(make_anything(F::out_ptr(p, number_deleter{})) == 0);
  CHECK(p->value == 8);
  shared<F, base> q;
  CHECK(make_derived(F::template out_ptr<derived*>(q, std::default_delete<base>{})) == 0);
  CHECK(q->value == 5);
  shared<F, void> anything;
  CHECK(make_anything(F::out_ptr(anything, [](void* object) { delete static_cast<number*>(object); })) == 0);
  CHECK(number::alive == 2);
  anything.reset();
  CHECK(number::alive == 1);
}
TEST_CASE_TEMPLATE_APPLY(other_types, families_with_out_ptr);

TEST_CASE_TEMPLATE_DEFINE("out_ptr: passes an allocator on", F, with_allocator) {
  deletions noted;
  shared<F, number> p;
  CHECK(make_number(F::out_ptr(p, noting_deleter{&noted}, std::allocator<int>{}), 6) == 0);
  CHECK(p->value == 6);
  p.reset();
  CHECK(noted.calls == 1);
}
TEST_CASE_TEMPLATE_APPLY(with_allocator, families_with_out_ptr);

TEST_CASE_TEMPLATE_DEFINE("out_ptr: a deleter that can only be moved", F, moves_deleter) {
  deletions noted;
  {
    shared<F, number> p;
    CHECK(make_number(F::out_ptr(p, move_only_deleter{noted}), 7) == 0);
    CHECK(p->value == 7);
  }
  CHECK(noted.calls == 1);
}
TEST_CASE_TEMPLATE_APPLY(moves_deleter, families_with_out_ptr);

TEST_CASE_TEMPLATE_DEFINE("out_ptr: is no pointer that can be copied", F, out_ptr_traits) {
  using pointer = shared<F, number>;
  using out = decltype(F::out_ptr(std::declval<pointer&>(), number_deleter{}));
  static_assert(!std::is_copy_constructible_v<out>);
  static_assert(!std::is_copy_assignable_v<out>);
  static_assert(std::is_nothrow_convertible_v<const out&, number**>);
  static_assert(std::is_nothrow_convertible_v<const out&, void**>);
  static_assert(!std::is_convertible_v<const out&, int**>);
  pointer p;
  CHECK(make_number(F::out_ptr(p, number_deleter{}), 1) == 0);
  CHECK(p.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(out_ptr_traits, families_with_out_ptr);
