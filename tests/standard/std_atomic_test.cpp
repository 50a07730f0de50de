// [util.smartptr.atomic]: the specialisations of std::atomic, under that name.
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <type_traits>

using namespace ouro::test::standard;

TEST_CASE_TEMPLATE_DEFINE("std::atomic<shared_ptr>: loads, stores and exchanges", F, of_shared_pointers) {
  const auto p = F::template make_shared<number>(1);
  const auto q = F::template make_shared<number>(2);
  std::atomic<shared<F, number>> a{p};
  static_assert(std::is_same_v<typename std::atomic<shared<F, number>>::value_type, shared<F, number>>);
  CHECK(a.load() == p);
  a = q;
  CHECK(a.load() == q);
  CHECK(p.use_count() == 1);
  auto expected = p;
  CHECK_FALSE(a.compare_exchange_strong(expected, p));
  CHECK(expected == q);
  while (!a.compare_exchange_weak(expected, p)) CHECK(expected == q);
  CHECK(a.exchange(nullptr) == p);
  a.wait(p);
  a.notify_all();
  const shared<F, number> converted = a;
  CHECK(converted == nullptr);
  CHECK(p.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(of_shared_pointers, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("std::atomic<weak_ptr>: loads, stores and exchanges", F, of_weak_pointers) {
  const auto p = F::template make_shared<number>(1);
  std::atomic<weak<F, number>> a;
  static_assert(std::is_same_v<typename std::atomic<weak<F, number>>::value_type, weak<F, number>>);
  CHECK(a.load().expired());
  a = weak<F, number>{p};
  CHECK(a.load().lock() == p);
  weak<F, number> expected = p;
  CHECK(a.compare_exchange_strong(expected, weak<F, number>{}));
  CHECK(a.exchange(p).expired());
  const weak<F, number> converted = a;
  CHECK(converted.lock() == p);
  CHECK(p.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(of_weak_pointers, families_with_atomics);

TEST_CASE_TEMPLATE_DEFINE("std::atomic<shared_ptr>: in an object, and constant when it is empty", F, in_objects) {
  struct holder {
    std::atomic<shared<F, holder>> next;
    int value = 3;
  };
  static constinit std::atomic<shared<F, number>> empty;
  CHECK(empty.load() == nullptr);
  const auto p = F::template make_shared<holder>();
  p->next = F::template make_shared<holder>();
  CHECK(p->next.load()->value == 3);
  CHECK(p->next.load().use_count() == 2);
  p->next = shared<F, holder>{};
  CHECK(p->next.load() == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(in_objects, families_with_atomics);
