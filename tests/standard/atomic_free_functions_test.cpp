// [depr.util.smartptr.shared.atomic]: the free functions that C++20 deprecates.
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <type_traits>
#include <utility>

#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // libraries that say so
#endif

using namespace ouro::test::standard;

TEST_CASE_TEMPLATE_DEFINE("atomic_load: gives a copy", F, loads) {
  const shared<F, number> p{new number};
  const auto q = atomic_load(&p);
  static_assert(std::is_same_v<decltype(q), const shared<F, number>>);
  CHECK(q == p);
  CHECK(p.use_count() == 2);
  CHECK(atomic_load_explicit(&p, std::memory_order_acquire) == p);
  CHECK(p.use_count() == 2);
  const shared<F, number> empty;
  CHECK(atomic_load(&empty).use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(loads, families);

TEST_CASE_TEMPLATE_DEFINE("atomic_store: gives up the old value", F, stores) {
  shared<F, number> p{new number{1}};
  const shared<F, number> q{new number{2}};
  atomic_store(&p, q);
  CHECK(p == q);
  CHECK(q.use_count() == 2);
  CHECK(number::alive == 1);
  atomic_store_explicit(&p, F::template make_shared<number>(3), std::memory_order_release);
  CHECK(p->value == 3);
  CHECK(q.use_count() == 1);
  atomic_store(&p, shared<F, number>{});
  CHECK(p == nullptr);
  CHECK(number::alive == 1);
}
TEST_CASE_TEMPLATE_APPLY(stores, families);

TEST_CASE_TEMPLATE_DEFINE("atomic_exchange: gives the old value", F, exchanges) {
  shared<F, number> p{new number{1}};
  const shared<F, number> q{new number{2}};
  const auto old = atomic_exchange(&p, q);
  CHECK(old->value == 1);
  CHECK(old.use_count() == 1);
  CHECK(p == q);
  CHECK(atomic_exchange_explicit(&p, shared<F, number>{}, std::memory_order_acq_rel) == q);
  CHECK(p == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(exchanges, families);

TEST_CASE_TEMPLATE_DEFINE("atomic_compare_exchange_strong: compares pointer and owner", F, compares) {
  const shared<F, number> p{new number{1}};
  const shared<F, number> q{new number{2}};
  shared<F, number> value = p;
  shared<F, number> expected = p;
  CHECK(atomic_compare_exchange_strong(&value, &expected, q));
  CHECK(value == q);
  CHECK(expected == p);
  CHECK_FALSE(atomic_compare_exchange_strong(&value, &expected, p));
  CHECK(expected == q);
  CHECK(value == q);
  expected = shared<F, number>{p, q.get()};
  CHECK_FALSE(atomic_compare_exchange_strong(&value, &expected, p));
  CHECK(same_owner(expected, q));
  expected = shared<F, number>{q, p.get()};
  CHECK_FALSE(atomic_compare_exchange_strong(&value, &expected, p));
  CHECK(expected == q);
  CHECK(atomic_compare_exchange_strong_explicit(&value, &expected, p, std::memory_order_acq_rel,
                                                std::memory_order_acquire));
  CHECK(value == p);
}
TEST_CASE_TEMPLATE_APPLY(compares, families);

TEST_CASE_TEMPLATE_DEFINE("atomic_compare_exchange_weak: may fail without reason", F, compares_weakly) {
  const shared<F, number> p{new number{1}};
  const shared<F, number> q{new number{2}};
  shared<F, number> value = p;
  shared<F, number> expected = p;
  while (!atomic_compare_exchange_weak(&value, &expected, q)) CHECK(expected == p);
  CHECK(value == q);
  CHECK_FALSE(atomic_compare_exchange_weak(&value, &expected, p));
  CHECK(expected == q);
  while (!atomic_compare_exchange_weak_explicit(&value, &expected, p, std::memory_order_seq_cst,
                                                std::memory_order_seq_cst)) {
    CHECK(expected == q);
  }
  CHECK(value == p);
  CHECK(q.use_count() == 2);
}
TEST_CASE_TEMPLATE_APPLY(compares_weakly, families);

TEST_CASE_TEMPLATE_DEFINE("atomic_is_lock_free: answers the same for all pointers", F, lock_free) {
  const shared<F, number> p;
  static_assert(std::is_same_v<decltype(atomic_is_lock_free(&p)), bool>);
  const shared<F, number> q;
  CHECK(atomic_is_lock_free(&p) == atomic_is_lock_free(&q));
}
TEST_CASE_TEMPLATE_APPLY(lock_free, families);

TEST_CASE_TEMPLATE_DEFINE("atomic_store: of arrays and void, and a destructor that uses the pointer again", F, kinds) {
  shared<F, number[]> array;
  atomic_store(&array, F::template make_shared<number[]>(2));
  CHECK(atomic_load(&array)[1].value == 0);
  array.reset();
  struct user {
    shared<F, void>* used;
    bool* was_empty;
    ~user() { *was_empty = atomic_load(used) == nullptr; }
  };
  bool was_empty = false;
  shared<F, void> p;
  atomic_store(&p, shared<F, void>{shared<F, user>{new user{&p, &was_empty}}});
  atomic_store(&p, shared<F, void>{});
  CHECK(was_empty);
}
TEST_CASE_TEMPLATE_APPLY(kinds, families);
