// [util.smartptr.atomic.weak]: atomic<weak_ptr>, as one thread sees it.
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <type_traits>
#include <utility>

using namespace ouro::test::standard;

TEST_CASE_TEMPLATE_DEFINE("atomic_weak_ptr: watches nothing at first", F, empty_at_first) {
  const atomic_weak<F, number> a;
  CHECK(a.load().expired());
  static constinit atomic_weak<F, number> constant;
  CHECK(constant.load().expired());
}
TEST_CASE_TEMPLATE_APPLY(empty_at_first, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_weak_ptr: watches, and does not own", F, watches) {
  auto p = F::template make_shared<number>(1);
  const atomic_weak<F, number> a{weak<F, number>{p}};
  CHECK(p.use_count() == 1);
  CHECK(a.load().lock() == p);
  const weak<F, number> converted = a;
  CHECK(converted.lock() == p);
  CHECK(a.load(std::memory_order_acquire).lock() == p);
  p.reset();
  CHECK(number::alive == 0);
  CHECK(a.load().expired());
}
TEST_CASE_TEMPLATE_APPLY(watches, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_weak_ptr: store, assignment and exchange", F, stores) {
  const auto p = F::template make_shared<number>(1);
  const auto q = F::template make_shared<number>(2);
  atomic_weak<F, number> a;
  a.store(p);
  CHECK(a.load().lock() == p);
  a.store(weak<F, number>{q}, std::memory_order_release);
  CHECK(a.load().lock() == q);
  static_assert(std::is_void_v<decltype(a = weak<F, number>{})>);
  a = weak<F, number>{p};
  CHECK(a.load().lock() == p);
  const weak<F, number> old = a.exchange(q);
  CHECK(old.lock() == p);
  CHECK(a.exchange(weak<F, number>{}, std::memory_order_acq_rel).lock() == q);
  CHECK(a.load().expired());
}
TEST_CASE_TEMPLATE_APPLY(stores, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_weak_ptr: compare_exchange compares what is watched", F, compares) {
  const auto p = F::template make_shared<number>(1);
  const auto q = F::template make_shared<number>(2);
  atomic_weak<F, number> a{weak<F, number>{p}};
  weak<F, number> expected = p;
  CHECK(a.compare_exchange_strong(expected, q));
  CHECK(a.load().lock() == q);
  CHECK_FALSE(a.compare_exchange_strong(expected, p));
  CHECK(expected.lock() == q);
  while (!a.compare_exchange_weak(expected, p)) CHECK(expected.lock() == q);
  CHECK(a.load().lock() == p);
  expected = shared<F, number>{q, p.get()};
  CHECK_FALSE(a.compare_exchange_strong(expected, q));  // the same pointer of another owner
  expected = shared<F, number>{p, q.get()};
  CHECK_FALSE(a.compare_exchange_strong(expected, q));  // another pointer of the same owner
  CHECK(expected.lock() == p);
  CHECK(a.compare_exchange_strong(expected, q, std::memory_order_acq_rel, std::memory_order_acquire));
  CHECK_FALSE(a.compare_exchange_weak(expected, q, std::memory_order_seq_cst));
  CHECK(expected.lock() == q);
}
TEST_CASE_TEMPLATE_APPLY(compares, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_weak_ptr: an expired value is the expected one still", F, compares_expired) {
  auto p = F::template make_shared<number>(1);
  weak<F, number> expected = p;
  atomic_weak<F, number> a{expected};
  p.reset();
  CHECK(a.load().expired());
  const auto q = F::template make_shared<number>(2);
  CHECK(a.compare_exchange_strong(expected, q));
  CHECK(a.load().lock() == q);
}
TEST_CASE_TEMPLATE_APPLY(compares_expired, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_weak_ptr: wait returns at once for another value", F, waits) {
  const auto p = F::template make_shared<number>(1);
  const auto q = F::template make_shared<number>(2);
  atomic_weak<F, number> a{weak<F, number>{p}};
  a.wait(q);
  a.wait(weak<F, number>{}, std::memory_order_acquire);
  a.notify_one();
  a.notify_all();
  CHECK(a.load().lock() == p);
}
TEST_CASE_TEMPLATE_APPLY(waits, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_weak_ptr: types, exceptions and what there is not", F, atomic_traits) {
  using atomic = atomic_weak<F, base>;
  using pointer = weak<F, base>;
  static_assert(std::is_same_v<typename atomic::value_type, pointer>);
  static_assert(std::is_nothrow_default_constructible_v<atomic>);
  static_assert(std::is_nothrow_constructible_v<atomic, pointer>);
  static_assert(!std::is_copy_constructible_v<atomic>);
  static_assert(!std::is_copy_assignable_v<atomic>);
  static_assert(std::is_convertible_v<const atomic&, pointer>);
  static_assert(std::is_same_v<decltype(std::declval<const atomic&>().load()), pointer>);
  static_assert(noexcept(std::declval<const atomic&>().load()));
  static_assert(noexcept(std::declval<atomic&>().exchange(std::declval<pointer>())));
  const atomic a;
  CHECK((a.is_lock_free() || !atomic::is_always_lock_free));
}
TEST_CASE_TEMPLATE_APPLY(atomic_traits, families_with_atomics);
