// [util.smartptr.shared.cast]: casts.
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

using namespace ouro::test::standard;

TEST_CASE_TEMPLATE_DEFINE("static_pointer_cast: shares ownership, down and up", F, static_cast_of_lvalue) {
  const shared<F, base> p{new derived{7}};
  const auto q = F::template static_pointer_cast<derived>(p);
  static_assert(std::is_same_v<decltype(q), const shared<F, derived>>);
  CHECK(q.get() == static_cast<derived*>(p.get()));
  CHECK(q->value == 7);
  CHECK(p.use_count() == 2);
  CHECK(same_owner(p, q));
  const auto up = F::template static_pointer_cast<base>(q);
  CHECK(up == p);
  CHECK(p.use_count() == 3);
}
TEST_CASE_TEMPLATE_APPLY(static_cast_of_lvalue, families);

TEST_CASE_TEMPLATE_DEFINE("static_pointer_cast: adjusts the address for a second base", F, static_cast_adjusts) {
  const shared<F, two_bases> p{new two_bases};
  const shared<F, second_base> second = p;
  const auto back = F::template static_pointer_cast<two_bases>(second);
  CHECK(back.get() == p.get());
  CHECK(back->last == 4);
  const auto anything = F::template static_pointer_cast<void>(second);
  CHECK(anything.get() == static_cast<void*>(second.get()));
  CHECK(F::template static_pointer_cast<second_base>(anything).get() == second.get());
  CHECK(p.use_count() == 4);
}
TEST_CASE_TEMPLATE_APPLY(static_cast_adjusts, families);

TEST_CASE_TEMPLATE_DEFINE("static_pointer_cast: of an rvalue takes ownership over", F, static_cast_of_rvalue) {
  shared<F, base> p{new derived{7}};
  auto* const made = p.get();
  const auto q = F::template static_pointer_cast<derived>(std::move(p));
  CHECK(q.get() == made);
  CHECK(q.use_count() == 1);
  CHECK(p.get() == nullptr);
  CHECK(p.use_count() == 0);
  CHECK(F::template static_pointer_cast<const derived>(shared<F, derived>{q}).use_count() == 2);
}
TEST_CASE_TEMPLATE_APPLY(static_cast_of_rvalue, families);

TEST_CASE_TEMPLATE_DEFINE("static_pointer_cast: of empty pointers, and of null with an owner", F, static_cast_of_null) {
  CHECK(F::template static_pointer_cast<derived>(shared<F, base>{}).use_count() == 0);
  const shared<F, base> p{new derived};
  const shared<F, base> null{p, nullptr};
  const auto q = F::template static_pointer_cast<derived>(null);
  CHECK(q == nullptr);
  CHECK(q.use_count() == 3);
}
TEST_CASE_TEMPLATE_APPLY(static_cast_of_null, families);

TEST_CASE_TEMPLATE_DEFINE("dynamic_pointer_cast: to what the object is", F, dynamic_cast_of_lvalue) {
  const shared<F, base> p{new derived{7}};
  const auto q = F::template dynamic_pointer_cast<derived>(p);
  static_assert(std::is_same_v<decltype(q), const shared<F, derived>>);
  CHECK(q.get() == p.get());
  CHECK(p.use_count() == 2);
  CHECK(same_owner(p, q));
  const auto constant = F::template dynamic_pointer_cast<const derived>(p);
  CHECK(constant.use_count() == 3);
  const auto up = F::template dynamic_pointer_cast<base>(q);
  CHECK(up == p);
}
TEST_CASE_TEMPLATE_APPLY(dynamic_cast_of_lvalue, families);

TEST_CASE_TEMPLATE_DEFINE("dynamic_pointer_cast: to what the object is not gives an empty pointer, and changes nothing",
                          F, failed_dynamic_cast) {
  const shared<F, base> p{new derived};
  const auto q = F::template dynamic_pointer_cast<two_bases>(p);
  CHECK(q == nullptr);
  CHECK(q.use_count() == 0);
  CHECK(same_owner(q, shared<F, base>{}));
  CHECK(p.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(failed_dynamic_cast, families);

TEST_CASE_TEMPLATE_DEFINE("dynamic_pointer_cast: of an rvalue takes over if it succeeds, and leaves the source if not",
                          F, dynamic_cast_of_rvalue) {
  shared<F, base> p{new derived};
  auto* const made = p.get();
  const auto failed = F::template dynamic_pointer_cast<two_bases>(std::move(p));
  CHECK(failed == nullptr);
  CHECK(p.get() == made);
  CHECK(p.use_count() == 1);
  const auto q = F::template dynamic_pointer_cast<derived>(std::move(p));
  CHECK(q.get() == made);
  CHECK(q.use_count() == 1);
  CHECK(p.get() == nullptr);
  CHECK(p.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(dynamic_cast_of_rvalue, families);

TEST_CASE_TEMPLATE_DEFINE("dynamic_pointer_cast: across, and through a virtual base", F, dynamic_cast_across) {
  const shared<F, two_bases> p{new two_bases};
  const shared<F, base> first = p;
  const auto second = F::template dynamic_pointer_cast<second_base>(first);
  REQUIRE(second != nullptr);
  CHECK(second.get() == static_cast<second_base*>(p.get()));
  CHECK(F::template dynamic_pointer_cast<two_bases>(second).get() == p.get());
  const shared<F, base> q = F::template make_shared<with_virtual_base>();
  const auto whole = F::template dynamic_pointer_cast<with_virtual_base>(q);
  REQUIRE(whole != nullptr);
  CHECK(whole->last == 5);
  CHECK(q.use_count() == 2);
  const auto anything = F::template dynamic_pointer_cast<void>(second);
  CHECK(anything.get() == p.get());
}
TEST_CASE_TEMPLATE_APPLY(dynamic_cast_across, families);

TEST_CASE_TEMPLATE_DEFINE("dynamic_pointer_cast: of null", F, dynamic_cast_of_null) {
  CHECK(F::template dynamic_pointer_cast<derived>(shared<F, base>{}).use_count() == 0);
  const shared<F, base> p{new derived};
  shared<F, base> null{p, nullptr};
  const auto q = F::template dynamic_pointer_cast<derived>(null);
  CHECK(q.use_count() == 0);
  CHECK(p.use_count() == 2);
  CHECK(F::template dynamic_pointer_cast<derived>(std::move(null)).use_count() == 0);
  CHECK(null.use_count() == 2);
}
TEST_CASE_TEMPLATE_APPLY(dynamic_cast_of_null, families);

TEST_CASE_TEMPLATE_DEFINE("const_pointer_cast: removes const, and shares", F, const_cast_of_both) {
  shared<F, const number> p{new number{1}};
  const auto q = F::template const_pointer_cast<number>(p);
  static_assert(std::is_same_v<decltype(q), const shared<F, number>>);
  q->value = 2;
  CHECK(p->value == 2);
  CHECK(p.use_count() == 2);
  CHECK(same_owner(p, q));
  const auto r = F::template const_pointer_cast<number>(std::move(p));
  CHECK(p.get() == nullptr);
  CHECK(r.use_count() == 2);
  const auto s = F::template const_pointer_cast<const volatile number>(q);
  CHECK(s.use_count() == 3);
  CHECK(F::template const_pointer_cast<number>(shared<F, const number>{}) == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(const_cast_of_both, families);

TEST_CASE_TEMPLATE_DEFINE("reinterpret_pointer_cast: keeps the address, and shares", F, reinterpret_cast_of_both) {
  shared<F, long> p{new long{0}};
  auto* const address = p.get();
  const auto bytes = F::template reinterpret_pointer_cast<std::byte>(p);
  static_assert(std::is_same_v<decltype(bytes), const shared<F, std::byte>>);
  CHECK(static_cast<void*>(bytes.get()) == address);
  CHECK(*bytes == std::byte{0});
  CHECK(p.use_count() == 2);
  const auto back = F::template reinterpret_pointer_cast<long>(bytes);
  CHECK(back.get() == address);
  const auto moved = F::template reinterpret_pointer_cast<unsigned long>(std::move(p));
  CHECK(p.get() == nullptr);
  CHECK(static_cast<void*>(moved.get()) == address);
  CHECK(moved.use_count() == 3);
}
TEST_CASE_TEMPLATE_APPLY(reinterpret_cast_of_both, families);

TEST_CASE_TEMPLATE_DEFINE("pointer casts: of arrays", F, casts_of_arrays) {
  const shared<F, int[]> array{new int[3]{1, 2, 3}};
  const auto constant = F::template static_pointer_cast<const int[]>(array);
  CHECK(constant[2] == 3);
  CHECK(array.use_count() == 2);
  const auto again = F::template const_pointer_cast<int[]>(constant);
  again[0] = 10;
  CHECK(array[0] == 10);
  const auto bytes = F::template reinterpret_pointer_cast<std::byte[]>(array);
  CHECK(bytes.use_count() == 4);
  const shared<F, const int[3]> known{new int[3]{4, 5, 6}};
  CHECK(F::template const_pointer_cast<int[3]>(known)[1] == 5);
}
TEST_CASE_TEMPLATE_APPLY(casts_of_arrays, families);

TEST_CASE_TEMPLATE_DEFINE("pointer casts: the last owner may be the result", F, result_is_last_owner) {
  shared<F, base> p{new derived};
  auto q = F::template static_pointer_cast<derived>(p);
  p.reset();
  auto r = F::template dynamic_pointer_cast<base>(std::move(q));
  CHECK(base::alive == 1);
  r = F::template const_pointer_cast<base>(F::template static_pointer_cast<const base>(std::move(r)));
  CHECK(r.use_count() == 1);
  CHECK(base::alive == 1);
  r.reset();
  CHECK(base::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(result_is_last_owner, families);

TEST_CASE_TEMPLATE_DEFINE("pointer casts: do not throw", F, casts_are_noexcept) {
  using pointer = shared<F, base>;
  static_assert(noexcept(F::template static_pointer_cast<derived>(std::declval<const pointer&>())));
  static_assert(noexcept(F::template static_pointer_cast<derived>(std::declval<pointer>())));
  static_assert(noexcept(F::template dynamic_pointer_cast<derived>(std::declval<const pointer&>())));
  static_assert(noexcept(F::template dynamic_pointer_cast<derived>(std::declval<pointer>())));
  static_assert(noexcept(F::template const_pointer_cast<const base>(std::declval<const pointer&>())));
  static_assert(noexcept(F::template const_pointer_cast<const base>(std::declval<pointer>())));
  static_assert(noexcept(F::template reinterpret_pointer_cast<int>(std::declval<const pointer&>())));
  static_assert(noexcept(F::template reinterpret_pointer_cast<int>(std::declval<pointer>())));
  CHECK(F::template static_pointer_cast<derived>(pointer{}) == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(casts_are_noexcept, families);
