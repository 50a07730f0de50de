// [util.smartptr.shared.const]: constructors that take a deleter.
#include "standard/deleters.hpp"
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

using namespace ouro::test::standard;

namespace {

struct not_callable {};
struct not_movable {
  not_movable() = default;
  not_movable(const not_movable&) = delete;
  void operator()(const void*) const noexcept {}
};
/// Takes numbers alone.
struct number_deleter {
  void operator()(number* object) const noexcept { delete object; }
};

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*, D): calls the deleter once, with the pointer, and nothing else", F,
                          deleter_is_called_once) {
  deletions noted;
  auto* const made = new number;
  {
    shared<F, number> p{made, noting_deleter{&noted}};
    CHECK(p.get() == made);
    CHECK(p.use_count() == 1);
    const shared<F, number> copy = p;
    p.reset();
    CHECK(noted.calls == 0);
    CHECK(number::alive == 1);
  }
  CHECK(noted.calls == 1);
  CHECK(noted.last == made);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(deleter_is_called_once, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*, D): an object that belongs to somebody else is not deleted", F,
                          object_of_others) {
  deletions noted;
  number on_stack{4};
  {
    const shared<F, number> p{&on_stack, noting_only{&noted}};
    CHECK(p->value == 4);
  }
  CHECK(noted.calls == 1);
  CHECK(noted.last == &on_stack);
  CHECK(number::alive == 1);
}
TEST_CASE_TEMPLATE_APPLY(object_of_others, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*, D): is implicit in braces, and refuses other pointers", F,
                          deleter_constraints) {
  using pointer = shared<F, base>;
  static_assert(std::is_constructible_v<pointer, base*, noting_deleter>);
  static_assert(std::is_constructible_v<pointer, derived*, noting_deleter>);
  static_assert(!std::is_constructible_v<pointer, second_base*, noting_deleter>);
  static_assert(!std::is_constructible_v<pointer, const base*, noting_deleter>);
  static_assert(!std::is_constructible_v<pointer, with_private_base*, noting_deleter>);
  static_assert(!std::is_constructible_v<shared<F, int[]>, long*, noting_array_deleter>);
  static_assert(!std::is_constructible_v<shared<F, base[]>, derived*, noting_array_deleter>);
  static_assert(!std::is_constructible_v<shared<F, base[2]>, derived*, noting_array_deleter>);
  static_assert(std::is_constructible_v<shared<F, const int[]>, int*, noting_array_deleter>);
  static_assert(!std::is_nothrow_constructible_v<pointer, base*, noting_deleter>);
  deletions noted;
  const auto implicitly = [&noted]() -> pointer { return {new derived, noting_deleter{&noted}}; };
  implicitly();
  CHECK(noted.calls == 1);
}
TEST_CASE_TEMPLATE_APPLY(deleter_constraints, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*, D): is no candidate for a deleter that cannot be moved or called", F,
                          deleter_is_constrained) {
  using pointer = shared<F, number>;
  if constexpr (F::constrains_deleters) {
    static_assert(!std::is_constructible_v<pointer, number*, not_callable>);
    static_assert(!std::is_constructible_v<pointer, number*, not_movable>);
    static_assert(!std::is_constructible_v<pointer, std::nullptr_t, not_callable>);
    static_assert(!std::is_constructible_v<shared<F, base>, base*, number_deleter>);
  }
  static_assert(std::is_constructible_v<pointer, number*, number_deleter>);
  static_assert(std::is_constructible_v<pointer, std::nullptr_t, number_deleter>);
  CHECK(pointer {
    new number{1}, number_deleter {}
  } -> value == 1);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(deleter_is_constrained, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*, D): the deleter is called with a Y*, not with a T*", F,
                          deleter_sees_own_type) {
  deletions noted;
  auto* const made = new two_bases;
  {
    const shared<F, second_base> p{made, noting_deleter{&noted}};
    CHECK(p.get() == made);
  }
  CHECK(noted.last == made);
  CHECK(base::alive == 0);
  auto* const plain = new plain_derived;
  {
    const shared<F, plain_base> p{plain, noting_deleter{&noted}};
  }
  CHECK(noted.last == plain);
  CHECK(plain_derived::alive == 0);
  {
    const shared<F, void> p{new number, number_deleter{}};
    CHECK(number::alive == 1);
  }
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(deleter_sees_own_type, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*, D): a deleter that can only be moved, and not be made of nothing", F,
                          moves_deleter) {
  static_assert(!std::is_default_constructible_v<move_only_deleter>);
  deletions noted;
  {
    const shared<F, number> p{new number, move_only_deleter{noted}};
    CHECK(number::alive == 1);
    move_only_deleter named{noted};
    const shared<F, number> q{new number, std::move(named)};
    CHECK(number::alive == 2);
  }
  CHECK(noted.calls == 2);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(moves_deleter, families);

TEST_CASE_TEMPLATE_DEFINE(
    "shared_ptr(Y*, D): a function, a lambda, a std::function, a final class, a reference wrapper", F,
    kinds_of_deleter) {
  noted_by_function = {};
  {
    const shared<F, number> p{new number, &note_and_delete<number>};
  }
  CHECK(noted_by_function.calls == 1);
  {
    const shared<F, number> p{new number, note_and_delete<number>};
  }
  CHECK(noted_by_function.calls == 2);
  int calls = 0;
  {
    const shared<F, number> p{new number, [&calls](number* object) {
                                ++calls;
                                delete object;
                              }};
  }
  CHECK(calls == 1);
  {
    const shared<F, number> p{new number, std::function<void(number*)>{number_deleter{}}};
  }
  deletions noted;
  {
    const shared<F, number> p{new number, final_deleter{&noted}};
  }
  CHECK(noted.calls == 1);
  final_deleter elsewhere{&noted};
  {
    const shared<F, number> p{new number, std::ref(elsewhere)};
  }
  CHECK(noted.calls == 2);
  {
    const shared<F, number> p{new number, std::default_delete<number>{}};
  }
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(kinds_of_deleter, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*, D): the deleter is destroyed with the last owner and watcher at the latest",
                          F, deleter_ends) {
  CHECK(counted_deleter::alive == 0);
  {
    const shared<F, number> p{new number, counted_deleter{}};
    CHECK(counted_deleter::alive == 1);
    const shared<F, number> copy = p;
    CHECK(counted_deleter::alive == 1);
  }
  CHECK(counted_deleter::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(deleter_ends, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*, D): a null pointer has its deleter called, too", F, deleter_of_null) {
  deletions noted;
  {
    const shared<F, number> p{static_cast<number*>(nullptr), noting_deleter{&noted}};
    CHECK(p.get() == nullptr);
    CHECK(p.use_count() == 1);
  }
  CHECK(noted.calls == 1);
}
TEST_CASE_TEMPLATE_APPLY(deleter_of_null, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(nullptr, D): owns null, and calls the deleter with it", F, null_with_deleter) {
  deletions noted;
  noted.last = &noted;
  {
    shared<F, number> p{nullptr, noting_deleter{&noted}};
    CHECK(p.get() == nullptr);
    CHECK(p == nullptr);
    CHECK(p.use_count() == 1);
    const auto copy = p;
    CHECK(p.use_count() == 2);
    p.reset();
    CHECK(noted.calls == 0);
  }
  CHECK(noted.calls == 1);
  CHECK(noted.last == nullptr);
  {
    const shared<F, void> p{nullptr, noting_only{&noted}};
  }
  {
    const shared<F, int[]> p{nullptr, noting_only{&noted}};
  }
  {
    const shared<F, int[2]> p{nullptr, noting_only{&noted}};
  }
  CHECK(noted.calls == 4);
}
TEST_CASE_TEMPLATE_APPLY(null_with_deleter, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*, D): of an array", F, array_with_deleter) {
  deletions noted;
  auto* const made = new number[3];
  {
    const shared<F, number[]> p{made, noting_array_deleter{&noted}};
    CHECK(p.get() == made);
    CHECK(p.use_count() == 1);
    const shared<F, const number[3]> q{new number[3], std::default_delete<number[]>{}};
    CHECK(number::alive == 6);
    const shared<F, number> first{new number[2], std::default_delete<number[]>{}};
    CHECK(number::alive == 8);
  }
  CHECK(noted.calls == 1);
  CHECK(noted.last == made);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(array_with_deleter, families);
