// [util.smartptr.shared.const]: what becomes of the object when there is no memory to own it with.
#include "standard/deleters.hpp"
#include "standard/heap_watch.hpp"
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <new>
#include <utility>

using namespace ouro::test::standard;

namespace {

/// Whether `action` throws `std::bad_alloc`.
template <class Action>
[[nodiscard]] bool lacks_memory(Action action) {
  try {
    action();
  } catch (const std::bad_alloc&) {
    return true;
  }
  return false;
}

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*): deletes the object when there is no memory", F, deletes_object) {
  auto* const made = new number;
  CHECK(lacks_memory([made] {
    const typename F::out_of_memory now;
    const shared<F, number> p{made};
  }));
  CHECK(number::alive == 0);
  auto* const other = new derived;
  CHECK(lacks_memory([other] {
    const typename F::out_of_memory now;
    const shared<F, base> p{other};
  }));
  CHECK(base::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(deletes_object, families_that_run_out_of_memory);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*): deletes the array when there is no memory", F, deletes_array) {
  auto* const made = new number[3];
  CHECK(lacks_memory([made] {
    const typename F::out_of_memory now;
    const shared<F, number[]> p{made};
  }));
  CHECK(number::alive == 0);
  auto* const other = new number[2];
  CHECK(lacks_memory([other] {
    const typename F::out_of_memory now;
    const shared<F, number[2]> p{other};
  }));
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(deletes_array, families_that_run_out_of_memory);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*, D): calls the deleter once when there is no memory", F, calls_deleter) {
  deletions noted;
  auto* const made = new number;
  CHECK(lacks_memory([&] {
    const typename F::out_of_memory now;
    const shared<F, number> p{made, noting_deleter{&noted}};
  }));
  CHECK(noted.calls == 1);
  CHECK(noted.last == made);
  CHECK(number::alive == 0);
  CHECK(lacks_memory([&] {
    const typename F::out_of_memory now;
    const shared<F, number> p{nullptr, noting_deleter{&noted}};
  }));
  CHECK(noted.calls == 2);
}
TEST_CASE_TEMPLATE_APPLY(calls_deleter, families_that_run_out_of_memory);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: reset without memory changes nothing, and deletes what it was given", F,
                          reset_without_memory) {
  deletions noted;
  shared<F, number> p{new number{1}};
  auto* const first = p.get();
  auto* const made = new number{2};
  CHECK(lacks_memory([&] {
    const typename F::out_of_memory now;
    p.reset(made);
  }));
  CHECK(p.get() == first);
  CHECK(p.use_count() == 1);
  CHECK(number::alive == 1);
  auto* const other = new number{3};
  CHECK(lacks_memory([&] {
    const typename F::out_of_memory now;
    p.reset(other, noting_deleter{&noted});
  }));
  CHECK(noted.calls == 1);
  CHECK(noted.last == other);
  CHECK(p->value == 1);
}
TEST_CASE_TEMPLATE_APPLY(reset_without_memory, families_that_run_out_of_memory);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(unique_ptr&&): leaves the object to the unique_ptr when there is no memory", F,
                          unique_keeps) {
  deletions noted;
  std::unique_ptr<number, noting_deleter> owner{new number{4}, noting_deleter{&noted}};
  auto* const made = owner.get();
  CHECK(lacks_memory([&] {
    const typename F::out_of_memory now;
    const shared<F, number> p{std::move(owner)};
  }));
  CHECK(owner.get() == made);
  CHECK(noted.calls == 0);
  CHECK(number::alive == 1);
  shared<F, number> assigned{new number{5}};
  CHECK(lacks_memory([&] {
    const typename F::out_of_memory now;
    assigned = std::move(owner);
  }));
  CHECK(owner.get() == made);
  CHECK(assigned->value == 5);
  CHECK(noted.calls == 0);
}
TEST_CASE_TEMPLATE_APPLY(unique_keeps, families_that_run_out_of_memory);

TEST_CASE_TEMPLATE_DEFINE("make_shared: throws when there is no memory, before anything is constructed", F,
                          make_without_memory) {
  CHECK(lacks_memory([] {
    const typename F::out_of_memory now;
    const auto p = F::template make_shared<number>(1);
  }));
  CHECK(lacks_memory([] {
    const typename F::out_of_memory now;
    const auto p = F::template make_shared<number[]>(3);
  }));
  CHECK(lacks_memory([] {
    const typename F::out_of_memory now;
    const auto p = F::template make_shared_for_overwrite<number[4]>();
  }));
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(make_without_memory, families_that_run_out_of_memory);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: copies, moves, conversions and aliases need no memory", F, needs_no_memory) {
  auto p = F::template make_shared<derived>();
  shared<F, base> copy;
  shared<F, int> part;
  shared<F, void> moved;
  {
    const typename F::out_of_memory now;
    copy = p;
    part = shared<F, int>{p, &p->value};
    moved = shared<F, derived>{p};
  }
  CHECK(p.use_count() == 4);
  CHECK(moved == p);
  CHECK(part.get() == &p->value);
}
TEST_CASE_TEMPLATE_APPLY(needs_no_memory, families_that_run_out_of_memory);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: watchers and locks need no memory", F, watchers_need_no_memory) {
  if constexpr (F::watchers_need_no_memory) {
    const auto p = F::template make_shared<derived>();
    weak<F, base> watcher;
    shared<F, base> locked;
    {
      const typename F::out_of_memory now;
      watcher = p;
      locked = watcher.lock();
    }
    CHECK(locked == p);
    CHECK(p.use_count() == 2);
  }
  auto p = F::template make_shared<derived>();
  const weak<F, base> first = p;
  weak<F, base> second;
  shared<F, base> locked;
  {
    const typename F::out_of_memory now;
    second = p;
    locked = second.lock();
    p.reset();
  }
  CHECK(locked.use_count() == 1);
  CHECK_FALSE(first.expired());
}
TEST_CASE_TEMPLATE_APPLY(watchers_need_no_memory, families_that_run_out_of_memory);
