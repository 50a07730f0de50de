// [util.smartptr.atomic.shared]: atomic<shared_ptr>, as one thread sees it.
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

using namespace ouro::test::standard;

TEST_CASE_TEMPLATE_DEFINE("atomic_shared_ptr: is empty at first", F, empty_at_first) {
  const atomic_shared<F, number> a;
  CHECK(a.load() == nullptr);
  CHECK(a.load().use_count() == 0);
  static constinit atomic_shared<F, number> constant;
  CHECK(constant.load() == nullptr);
  if constexpr (F::has_atomic_of_null) {
    static constinit atomic_shared<F, number> of_null{nullptr};
    CHECK(of_null.load() == nullptr);
  }
}
TEST_CASE_TEMPLATE_APPLY(empty_at_first, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_shared_ptr: owns the value that it is made of", F, made_of_value) {
  auto p = F::template make_shared<number>(1);
  {
    const atomic_shared<F, number> a{p};
    CHECK(p.use_count() == 2);
    CHECK(a.load() == p);
    CHECK(p.use_count() == 2);
    const atomic_shared<F, number> moved{std::move(p)};
    CHECK(p == nullptr);
    CHECK(a.load().use_count() == 3);
    p = moved.load();
  }
  CHECK(p.use_count() == 1);
  {
    const atomic_shared<F, number> a{F::template make_shared<number>(2)};
    CHECK(number::alive == 2);
  }
  CHECK(number::alive == 1);
}
TEST_CASE_TEMPLATE_APPLY(made_of_value, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_shared_ptr: load gives a copy, as the conversion does", F, loads) {
  const auto p = F::template make_shared<number>(1);
  const atomic_shared<F, number> a{p};
  const shared<F, number> q = a.load();
  CHECK(same_owner(p, q));
  CHECK(p.use_count() == 3);
  const shared<F, number> converted = a;
  CHECK(converted == p);
  CHECK(a.load(std::memory_order_relaxed) == p);
  CHECK(a.load(std::memory_order_acquire) == p);
  CHECK(a.load(std::memory_order_seq_cst) == p);
  CHECK(p.use_count() == 4);
}
TEST_CASE_TEMPLATE_APPLY(loads, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_shared_ptr: store gives up the old value, and owns the new one", F, stores) {
  atomic_shared<F, number> a{F::template make_shared<number>(1)};
  const auto p = F::template make_shared<number>(2);
  a.store(p);
  CHECK(number::alive == 1);
  CHECK(p.use_count() == 2);
  a.store(p, std::memory_order_release);
  CHECK(p.use_count() == 2);
  a.store(F::template make_shared<number>(3), std::memory_order_relaxed);
  CHECK(p.use_count() == 1);
  CHECK(a.load()->value == 3);
  a.store(nullptr);
  CHECK(number::alive == 1);
  CHECK(a.load() == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(stores, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_shared_ptr: assignment is a store", F, assigns) {
  atomic_shared<F, base> a;
  const auto p = F::template make_shared<derived>();
  static_assert(std::is_void_v<decltype(a = p)>);
  a = p;
  CHECK(a.load() == p);
  CHECK(p.use_count() == 2);
  a = shared<F, base>{new base};
  CHECK(p.use_count() == 1);
  if constexpr (F::has_atomic_of_null) {
    a = nullptr;
    CHECK(a.load() == nullptr);
    CHECK(base::alive == 1);
  }
}
TEST_CASE_TEMPLATE_APPLY(assigns, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_shared_ptr: exchange gives the old value", F, exchanges) {
  const auto p = F::template make_shared<number>(1);
  const auto q = F::template make_shared<number>(2);
  atomic_shared<F, number> a{p};
  const shared<F, number> old = a.exchange(q);
  CHECK(old == p);
  CHECK(p.use_count() == 2);
  CHECK(q.use_count() == 2);
  CHECK(a.exchange(nullptr, std::memory_order_acq_rel) == q);
  CHECK(a.exchange(p) == nullptr);
  CHECK(q.use_count() == 1);
  CHECK(p.use_count() == 3);
}
TEST_CASE_TEMPLATE_APPLY(exchanges, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_shared_ptr: compare_exchange_strong stores if the value is the expected one", F,
                          succeeds) {
  const auto p = F::template make_shared<number>(1);
  const auto q = F::template make_shared<number>(2);
  atomic_shared<F, number> a{p};
  auto expected = p;
  CHECK(a.compare_exchange_strong(expected, q));
  CHECK(expected == p);
  CHECK(a.load() == q);
  CHECK(p.use_count() == 2);
  CHECK(q.use_count() == 2);
  shared<F, number> empty;
  atomic_shared<F, number> none;
  CHECK(none.compare_exchange_strong(empty, p));
  CHECK(none.load() == p);
}
TEST_CASE_TEMPLATE_APPLY(succeeds, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_shared_ptr: compare_exchange_strong loads if the value is another one", F, fails) {
  const auto p = F::template make_shared<number>(1);
  const auto q = F::template make_shared<number>(2);
  atomic_shared<F, number> a{p};
  auto expected = q;
  CHECK_FALSE(a.compare_exchange_strong(expected, nullptr));
  CHECK(expected == p);
  CHECK(same_owner(expected, p));
  CHECK(a.load() == p);
  CHECK(q.use_count() == 1);
  CHECK(p.use_count() == 3);
  shared<F, number> empty;
  CHECK_FALSE(a.compare_exchange_strong(empty, q));
  CHECK(empty == p);
  atomic_shared<F, number> none;
  CHECK_FALSE(none.compare_exchange_strong(expected, q));
  CHECK(expected == nullptr);
  CHECK(expected.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(fails, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_shared_ptr: compare_exchange_weak, which may fail without reason", F, weakly) {
  const auto p = F::template make_shared<number>(1);
  const auto q = F::template make_shared<number>(2);
  atomic_shared<F, number> a{p};
  auto expected = p;
  while (!a.compare_exchange_weak(expected, q)) CHECK(expected == p);
  CHECK(a.load() == q);
  expected = p;
  CHECK_FALSE(a.compare_exchange_weak(expected, p));
  CHECK(expected == q);
}
TEST_CASE_TEMPLATE_APPLY(weakly, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_shared_ptr: values are the same if pointer and owner are", F, equivalence) {
  const auto p = F::template make_shared<number>(1);
  const auto q = F::template make_shared<number>(2);
  const shared<F, number> p_of_q{q, p.get()};
  atomic_shared<F, number> a{p};
  auto expected = p_of_q;
  CHECK_FALSE(a.compare_exchange_strong(expected, q));  // the same pointer of another owner
  CHECK(same_owner(expected, p));
  expected = shared<F, number>{p, q.get()};
  CHECK_FALSE(a.compare_exchange_strong(expected, q));  // another pointer of the same owner
  CHECK(expected == p);
  a.store(p_of_q);
  expected = shared<F, number>{q, p.get()};
  CHECK(a.compare_exchange_strong(expected, nullptr));
  expected = shared<F, number>{p, nullptr};
  CHECK_FALSE(a.compare_exchange_strong(expected, q));  // null with an owner is not empty
  CHECK(expected.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(equivalence, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_shared_ptr: compare_exchange with orders of memory", F, with_orders) {
  const auto p = F::template make_shared<number>(1);
  const auto q = F::template make_shared<number>(2);
  atomic_shared<F, number> a{p};
  auto expected = p;
  CHECK(a.compare_exchange_strong(expected, q, std::memory_order_acq_rel, std::memory_order_acquire));
  CHECK_FALSE(a.compare_exchange_strong(expected, p, std::memory_order_release, std::memory_order_relaxed));
  CHECK(expected == q);
  CHECK(a.compare_exchange_strong(expected, p, std::memory_order_seq_cst));
  CHECK_FALSE(a.compare_exchange_weak(expected, q, std::memory_order_acq_rel));
  CHECK(expected == p);
  expected = q;
  CHECK_FALSE(a.compare_exchange_weak(expected, q, std::memory_order_acq_rel, std::memory_order_acquire));
  CHECK(a.load() == p);
}
TEST_CASE_TEMPLATE_APPLY(with_orders, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_shared_ptr: wait returns at once for another value", F, waits) {
  const auto p = F::template make_shared<number>(1);
  const auto q = F::template make_shared<number>(2);
  const atomic_shared<F, number> a{p};
  a.wait(q);
  a.wait(nullptr);
  a.wait(shared<F, number>{p, q.get()}, std::memory_order_acquire);
  a.wait(shared<F, number>{q, p.get()});
  CHECK(p.use_count() == 2);
  CHECK(q.use_count() == 1);
  atomic_shared<F, number> changed{p};
  changed.notify_one();
  changed.notify_all();
  CHECK(changed.load() == p);
}
TEST_CASE_TEMPLATE_APPLY(waits, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_shared_ptr: the destructor of what a store drops may use the atomic", F, reentered) {
  struct user {
    atomic_shared<F, void>* used;
    bool* was_changed;
    ~user() { *was_changed = used->load() == nullptr; }
  };
  bool was_changed = false;
  atomic_shared<F, void> a;
  a.store(shared<F, user>{new user{&a, &was_changed}});
  a.store(nullptr);
  CHECK(was_changed);
  was_changed = false;
  a.store(shared<F, user>{new user{&a, &was_changed}});
  {
    const auto old = a.exchange(nullptr);
  }
  CHECK(was_changed);
}
TEST_CASE_TEMPLATE_APPLY(reentered, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_shared_ptr: types, exceptions and what there is not", F, atomic_traits) {
  using atomic = atomic_shared<F, base>;
  using pointer = shared<F, base>;
  static_assert(std::is_same_v<typename atomic::value_type, pointer>);
  static_assert(std::is_same_v<std::remove_cv_t<decltype(atomic::is_always_lock_free)>, bool>);
  static_assert(std::is_nothrow_default_constructible_v<atomic>);
  static_assert(std::is_nothrow_constructible_v<atomic, pointer>);
  static_assert(!std::is_copy_constructible_v<atomic>);
  static_assert(!std::is_move_constructible_v<atomic>);
  static_assert(!std::is_copy_assignable_v<atomic>);
  static_assert(!std::is_move_assignable_v<atomic>);
  static_assert(std::is_convertible_v<const atomic&, pointer>);
  static_assert(std::is_assignable_v<atomic&, pointer>);
  static_assert(std::is_same_v<decltype(std::declval<const atomic&>().load()), pointer>);
  static_assert(std::is_same_v<decltype(std::declval<atomic&>().exchange(pointer{})), pointer>);
  static_assert(noexcept(std::declval<const atomic&>().load()));
  static_assert(noexcept(std::declval<const atomic&>().is_lock_free()));
  static_assert(noexcept(std::declval<atomic&>().store(std::declval<pointer>())));
  static_assert(noexcept(std::declval<atomic&>().exchange(std::declval<pointer>())));
  static_assert(noexcept(std::declval<atomic&>().notify_all()));
  const atomic a;
  CHECK((a.is_lock_free() || !atomic::is_always_lock_free));
}
TEST_CASE_TEMPLATE_APPLY(atomic_traits, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_shared_ptr: of arrays, void and const", F, kinds) {
  atomic_shared<F, number[]> array{F::template make_shared<number[]>(3)};
  CHECK(array.load()[2].value == 0);
  array.store(nullptr);
  CHECK(number::alive == 0);
  atomic_shared<F, const void> anything{F::template make_shared<number>(1)};
  CHECK(number::alive == 1);
  anything = F::template make_shared<derived>();
  CHECK(number::alive == 0);
  atomic_shared<F, const number> constant{F::template make_shared<number>(2)};
  CHECK(constant.load()->value == 2);
}
TEST_CASE_TEMPLATE_APPLY(kinds, families_with_atomics);
