// [util.smartptr.shared.obs]: get, *, ->, [], use_count and bool.
#include "standard/deleters.hpp"
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

using namespace ouro::test::standard;

namespace {

template <class Pointer>
concept has_unique = requires(const Pointer& p) { p.unique(); };
template <class Pointer>
concept is_implicitly_true = std::is_convertible_v<Pointer, bool>;
int twice(int of) { return 2 * of; }

/// Has an address operator that lies.
struct liar {
  int value = 3;
  liar* operator&() { return nullptr; }
  const liar* operator&() const { return nullptr; }
};

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("get: gives the stored pointer", F, gets) {
  auto* const made = new number{1};
  const shared<F, number> p{made};
  CHECK(p.get() == made);
  CHECK(shared<F, number>{p}.get() == made);
  CHECK(shared<F, number>{}.get() == nullptr);
  static_assert(std::is_same_v<decltype(p.get()), number*>);
  static_assert(std::is_same_v<decltype(std::declval<shared<F, const number>>().get()), const number*>);
  static_assert(std::is_same_v<decltype(std::declval<shared<F, number[]>>().get()), number*>);
  static_assert(std::is_same_v<decltype(std::declval<shared<F, number[2]>>().get()), number*>);
  static_assert(std::is_same_v<decltype(std::declval<shared<F, const number[2]>>().get()), const number*>);
  static_assert(std::is_same_v<decltype(std::declval<shared<F, int[2][3]>>().get()), int(*)[3]>);
  static_assert(std::is_same_v<decltype(std::declval<shared<F, void>>().get()), void*>);
  static_assert(noexcept(p.get()));
}
TEST_CASE_TEMPLATE_APPLY(gets, families);

TEST_CASE_TEMPLATE_DEFINE("operator*, operator->: give the object, mutable through a pointer that is const", F,
                          dereferences) {
  const shared<F, number> p{new number{1}};
  (*p).value = 2;
  CHECK(p->value == 2);
  p->value = 3;
  CHECK((*p).value == 3);
  CHECK(std::addressof(*p) == p.get());
  CHECK(p.operator->() == p.get());
  static_assert(std::is_same_v<decltype(*p), number&>);
  static_assert(std::is_same_v<decltype(p.operator->()), number*>);
  static_assert(noexcept(*p));
  static_assert(noexcept(p.operator->()));
  const shared<F, const number> constant = p;
  static_assert(std::is_same_v<decltype(*constant), const number&>);
  CHECK(constant->value == 3);
  const shared<F, volatile int> vague{new volatile int{4}};
  static_assert(std::is_same_v<decltype(*vague), volatile int&>);
  CHECK(*vague == 4);
}
TEST_CASE_TEMPLATE_APPLY(dereferences, families);

TEST_CASE_TEMPLATE_DEFINE("operator*: of an rvalue", F, dereferences_rvalue) {
  CHECK((*F::template make_shared<number>(5)).value == 5);
  CHECK(F::template make_shared<number>(6)->value == 6);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(dereferences_rvalue, families);

TEST_CASE_TEMPLATE_DEFINE("operator*: of a class whose address operator lies", F, dereferences_liar) {
  const auto p = F::template make_shared<liar>();
  CHECK(p->value == 3);
  CHECK(p.get() != nullptr);
  const shared<F, liar> q{new liar};
  CHECK((*q).value == 3);
}
TEST_CASE_TEMPLATE_APPLY(dereferences_liar, families);

TEST_CASE_TEMPLATE_DEFINE("operator*: of a pointer to a pointer, and of one to a shared_ptr", F,
                          dereferences_pointers) {
  int value = 1;
  const auto p = F::template make_shared<int*>(&value);
  **p = 2;
  CHECK(value == 2);
  const auto q = F::template make_shared<shared<F, int>>(F::template make_shared<int>(7));
  CHECK(**q == 7);
  q->reset();
  CHECK(*q == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(dereferences_pointers, families);

TEST_CASE_TEMPLATE_DEFINE("operator[]: gives an element of an array", F, indexes) {
  const shared<F, int[]> p{new int[3]{1, 2, 3}};
  CHECK(p[0] == 1);
  CHECK(p[2] == 3);
  p[1] = 20;
  CHECK(p.get()[1] == 20);
  static_assert(std::is_same_v<decltype(p[0]), int&>);
  const shared<F, const int[3]> q{new int[3]{4, 5, 6}};
  CHECK(q[1] == 5);
  static_assert(std::is_same_v<decltype(q[0]), const int&>);
  const shared<F, int[2][2]> square{new int[2][2]{{1, 2}, {3, 4}}};
  CHECK(square[1][0] == 3);
  static_assert(std::is_same_v<decltype(square[0]), int(&)[2]>);
  const std::ptrdiff_t last = 1;
  CHECK(&square[last] == square.get() + 1);
}
TEST_CASE_TEMPLATE_APPLY(indexes, families);

TEST_CASE_TEMPLATE_DEFINE("use_count: counts owners, and not watchers", F, counts) {
  shared<F, number> p{new number};
  CHECK(p.use_count() == 1);
  const weak<F, number> watcher = p;
  CHECK(p.use_count() == 1);
  std::vector<shared<F, number>> copies(10, p);
  CHECK(p.use_count() == 11);
  const shared<F, const void> other = copies[3];
  CHECK(p.use_count() == 12);
  copies.resize(2);
  CHECK(p.use_count() == 4);
  copies.clear();
  CHECK(other.use_count() == 2);
  p.reset();
  CHECK(other.use_count() == 1);
  static_assert(std::is_same_v<decltype(p.use_count()), long>);
  static_assert(noexcept(p.use_count()));
}
TEST_CASE_TEMPLATE_APPLY(counts, families);

TEST_CASE_TEMPLATE_DEFINE("use_count: of what make_shared has made, and with a deleter", F, counts_others) {
  const auto made = F::template make_shared<number>();
  CHECK(made.use_count() == 1);
  const auto copy = made;
  CHECK(made.use_count() == 2);
  deletions noted;
  const shared<F, number> owned{new number, noting_deleter{&noted}};
  const auto second = owned;
  const auto third = second;
  CHECK(owned.use_count() == 3);
  const auto many = F::template make_shared<number[]>(2);
  const auto element = shared<F, number>{many, &many[1]};
  CHECK(many.use_count() == 2);
}
TEST_CASE_TEMPLATE_APPLY(counts_others, families);

TEST_CASE_TEMPLATE_DEFINE("use_count: many thousand owners", F, counts_many) {
  const auto p = F::template make_shared<number>();
  std::vector<shared<F, number>> copies(100'000, p);
  CHECK(p.use_count() == 100'001);
  copies.clear();
  CHECK(p.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(counts_many, families);

TEST_CASE_TEMPLATE_DEFINE("operator bool: whether the stored pointer is null, whoever owns", F, is_bool) {
  shared<F, number> p;
  CHECK_FALSE(static_cast<bool>(p));
  CHECK(!p);
  p.reset(new number);
  CHECK(static_cast<bool>(p));
  const bool is_true = p ? true : false;
  CHECK(is_true);
  const shared<F, number> null_with_owner{p, nullptr};
  CHECK_FALSE(null_with_owner);
  int value = 0;
  const shared<F, int> pointer_without_owner{shared<F, number>{}, &value};
  CHECK(pointer_without_owner);
  static_assert(std::is_nothrow_constructible_v<bool, const shared<F, number>&>);
  static_assert(!is_implicitly_true<shared<F, number>>);
  static_assert(!std::is_convertible_v<shared<F, number>, int>);
  static_assert(!std::is_convertible_v<shared<F, number>, number*>);
}
TEST_CASE_TEMPLATE_APPLY(is_bool, families);

TEST_CASE_TEMPLATE_DEFINE("unique: is gone since C++20", F, unique_is_gone) {
  const shared<F, number> p{new number};
  if constexpr (F::lacks_unique) static_assert(!has_unique<shared<F, number>>);
  CHECK(p.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(unique_is_gone, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: to a function", F, functions) {
  const auto keep = [](auto*) {};
  const shared<F, int(int)> p{&twice, keep};
  const bool points_to_function = p.get() == &twice;
  CHECK(points_to_function);
  CHECK((*p)(4) == 8);
  CHECK(p.use_count() == 1);
  const auto copy = p;
  CHECK(copy.use_count() == 2);
}
TEST_CASE_TEMPLATE_APPLY(functions, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: in conditions, as the standard shows it", F, in_conditions) {
  const shared<F, base> p{new derived};
  if (const shared<F, derived> q = F::template dynamic_pointer_cast<derived>(p)) {
    CHECK(q->more == 2);
    CHECK(q.use_count() == 2);
  } else {
    FAIL("is a derived");
  }
  if (const auto q = F::template dynamic_pointer_cast<two_bases>(p)) FAIL("is no two_bases");
}
TEST_CASE_TEMPLATE_APPLY(in_conditions, families);
