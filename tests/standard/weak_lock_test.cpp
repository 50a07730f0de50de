// [util.smartptr.weak.obs] lock, and shared_ptr(const weak_ptr&) of [util.smartptr.shared.const];
// [util.smartptr.weak.bad].
#include "standard/deleters.hpp"
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <exception>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

using namespace ouro::test::standard;

TEST_CASE_TEMPLATE_DEFINE("lock: shares ownership while there is an owner", F, locks) {
  auto p = F::template make_shared<number>(4);
  const weak<F, number> watcher = p;
  auto locked = watcher.lock();
  static_assert(std::is_same_v<decltype(locked), shared<F, number>>);
  CHECK(locked == p);
  CHECK(p.use_count() == 2);
  p.reset();
  CHECK_FALSE(watcher.expired());
  CHECK(locked->value == 4);
  CHECK(watcher.lock().use_count() == 2);
  locked.reset();
  CHECK(watcher.lock() == nullptr);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(locks, families);

TEST_CASE_TEMPLATE_DEFINE("lock: of what has expired gives an empty pointer, again and again", F, locks_expired) {
  weak<F, number> watcher;
  {
    const shared<F, number> p{new number};
    watcher = p;
  }
  CHECK(watcher.lock().get() == nullptr);
  CHECK(watcher.lock().use_count() == 0);
  CHECK(same_owner(watcher.lock(), shared<F, number>{}));
  const auto later = F::template make_shared<number>(1);  // perhaps at the same address
  CHECK(watcher.expired());
  CHECK(watcher.lock() == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(locks_expired, families);

TEST_CASE_TEMPLATE_DEFINE("lock: keeps the deleter", F, locks_with_deleter) {
  deletions noted;
  shared<F, number> p{new number, noting_deleter{&noted}};
  const weak<F, number> watcher = p;
  auto locked = watcher.lock();
  p.reset();
  CHECK(noted.calls == 0);
  CHECK(F::template get_deleter<noting_deleter>(locked) != nullptr);
  locked.reset();
  CHECK(noted.calls == 1);
}
TEST_CASE_TEMPLATE_APPLY(locks_with_deleter, families);

TEST_CASE_TEMPLATE_DEFINE("lock: in a condition", F, locks_in_condition) {
  const auto p = F::template make_shared<number>(4);
  const weak<F, number> watcher = p;
  int found = 0;
  if (const auto locked = watcher.lock()) found = locked->value;
  CHECK(found == 4);
  CHECK(p.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(locks_in_condition, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(weak_ptr): shares ownership", F, constructs_from_weak) {
  const auto p = F::template make_shared<two_bases>();
  const weak<F, two_bases> watcher = p;
  const shared<F, two_bases> q{watcher};
  CHECK(q == p);
  CHECK(p.use_count() == 2);
  const shared<F, second_base> converted{watcher};
  CHECK(converted.get() == static_cast<second_base*>(p.get()));
  CHECK(p.use_count() == 3);
  const shared<F, const void> anything{watcher};
  CHECK(anything == p);
  CHECK(watcher.use_count() == 4);
  const shared<F, two_bases> from_rvalue{weak<F, two_bases>{p}};
  CHECK(from_rvalue == p);
}
TEST_CASE_TEMPLATE_APPLY(constructs_from_weak, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(weak_ptr): throws bad_weak_ptr when that has expired or is empty", F,
                          throws_bad_weak_ptr) {
  using pointer = shared<F, number>;
  using bad_weak_ptr = typename F::bad_weak_ptr;
  const weak<F, number> empty;
  CHECK_THROWS_AS(pointer{empty}, bad_weak_ptr);
  weak<F, number> watcher;
  watcher = F::template make_shared<number>(1);
  CHECK_THROWS_AS(pointer{watcher}, bad_weak_ptr);
  const weak<F, derived> other = F::template make_shared<derived>();
  CHECK_THROWS_AS((shared<F, base>{other}), bad_weak_ptr);
  CHECK(watcher.expired());
  const weak<F, number[]> array;
  CHECK_THROWS_AS((shared<F, number[]>{array}), bad_weak_ptr);
}
TEST_CASE_TEMPLATE_APPLY(throws_bad_weak_ptr, families);

TEST_CASE_TEMPLATE_DEFINE("bad_weak_ptr: is the standard's exception, and says something", F, exception_class) {
  using bad_weak_ptr = typename F::bad_weak_ptr;
  static_assert(std::is_same_v<bad_weak_ptr, std::bad_weak_ptr>);
  static_assert(std::is_base_of_v<std::exception, bad_weak_ptr>);
  static_assert(std::is_nothrow_default_constructible_v<bad_weak_ptr>);
  static_assert(std::is_nothrow_copy_constructible_v<bad_weak_ptr>);
  const weak<F, number> empty;
  bool was_caught = false;
  try {
    const shared<F, number> p{empty};
  } catch (const std::exception& error) {
    was_caught = true;
    CHECK_FALSE(std::string{error.what()}.empty());
  }
  CHECK(was_caught);
}
TEST_CASE_TEMPLATE_APPLY(exception_class, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(weak_ptr): null that is owned is no failure", F, null_is_locked) {
  const shared<F, number> null{static_cast<number*>(nullptr)};
  const weak<F, number> watcher = null;
  const shared<F, number> q{watcher};
  CHECK(q == nullptr);
  CHECK(q.use_count() == 2);
}
TEST_CASE_TEMPLATE_APPLY(null_is_locked, families);

TEST_CASE_TEMPLATE_DEFINE("lock: while the object is being destroyed gives nothing", F, locks_dying) {
  struct watched {
    weak<F, watched> self;
    bool* could_lock;
    bool* had_expired;
    ~watched() {
      *could_lock = self.lock() != nullptr;
      *had_expired = self.expired();
    }
  };
  bool could_lock = true;
  bool had_expired = false;
  {
    const shared<F, watched> p{new watched{{}, &could_lock, &had_expired}};
    p->self = p;
    CHECK(p.use_count() == 1);
  }
  CHECK_FALSE(could_lock);
  CHECK(had_expired);
}
TEST_CASE_TEMPLATE_APPLY(locks_dying, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: in an object that watches itself and its owner, nothing leaks", F, back_pointers) {
  struct child : ouro::test::counted<child> {
    weak<F, child> self;
    weak<F, number> parent;
  };
  const auto parent = F::template make_shared<number>(1);
  {
    const auto p = F::template make_shared<child>();
    p->self = p;
    p->parent = parent;
    CHECK(p->parent.lock() == parent);
    CHECK(p.use_count() == 1);
  }
  CHECK(child::alive == 0);
  CHECK(parent.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(back_pointers, families);
