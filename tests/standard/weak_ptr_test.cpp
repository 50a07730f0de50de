// [util.smartptr.weak]: construction, assignment, modifiers and observers.
#include "standard/deleters.hpp"
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

using namespace ouro::test::standard;

TEST_CASE_TEMPLATE_DEFINE("weak_ptr(): watches nothing", F, default_watches_nothing) {
  const weak<F, number> watcher;
  CHECK(watcher.use_count() == 0);
  CHECK(watcher.expired());
  CHECK(watcher.lock() == nullptr);
  CHECK(watcher.lock().use_count() == 0);
  static constinit weak<F, number> constant;
  CHECK(constant.expired());
}
TEST_CASE_TEMPLATE_APPLY(default_watches_nothing, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr(shared_ptr): watches, and does not own", F, watches) {
  weak<F, number> watcher;
  {
    const shared<F, number> p{new number{3}};
    watcher = p;
    CHECK(p.use_count() == 1);
    CHECK(watcher.use_count() == 1);
    CHECK_FALSE(watcher.expired());
    CHECK(same_owner(watcher, p));
    const auto q = p;
    CHECK(watcher.use_count() == 2);
  }
  CHECK(number::alive == 0);
  CHECK(watcher.expired());
  CHECK(watcher.use_count() == 0);
  CHECK(watcher.lock() == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(watches, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr(shared_ptr): of an empty one watches nothing", F, watches_empty) {
  const shared<F, number> empty;
  const weak<F, number> watcher = empty;
  CHECK(watcher.expired());
  CHECK(watcher.use_count() == 0);
  CHECK(same_owner(watcher, empty));
  int value = 0;
  const shared<F, int> points_without_owner{empty, &value};
  const weak<F, int> watches_no_owner = points_without_owner;
  CHECK(watches_no_owner.expired());
  CHECK(watches_no_owner.lock() == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(watches_empty, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr(shared_ptr): watches null that is owned", F, watches_null) {
  shared<F, number> null{static_cast<number*>(nullptr)};
  const weak<F, number> watcher = null;
  CHECK_FALSE(watcher.expired());
  CHECK(watcher.use_count() == 1);
  const auto locked = watcher.lock();
  CHECK(locked == nullptr);
  CHECK(locked.use_count() == 2);
}
TEST_CASE_TEMPLATE_APPLY(watches_null, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: copies watch the same, moves leave nothing", F, copies_and_moves) {
  const auto p = F::template make_shared<number>(1);
  weak<F, number> watcher = p;
  const weak<F, number> copy = watcher;
  CHECK(copy.lock() == p);
  CHECK(watcher.lock() == p);
  const weak<F, number> moved = std::move(watcher);
  CHECK(moved.lock() == p);
  CHECK(watcher.expired());
  CHECK(watcher.use_count() == 0);
  CHECK(watcher.lock() == nullptr);
  CHECK(same_owner(watcher, weak<F, number>{}));
  watcher = copy;
  CHECK(watcher.lock() == p);
  CHECK(p.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(copies_and_moves, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: of what has expired is expired", F, copies_of_expired) {
  weak<F, derived> watcher = F::template make_shared<derived>();
  CHECK(watcher.expired());
  const weak<F, derived> copy = watcher;
  CHECK(copy.expired());
  const weak<F, base> converted = watcher;
  CHECK(converted.expired());
  CHECK(converted.lock() == nullptr);
  const weak<F, base> moved = std::move(watcher);
  CHECK(moved.expired());
  CHECK(base::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(copies_of_expired, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: converts to a base, to const, to void", F, converts) {
  const shared<F, two_bases> p{new two_bases};
  const weak<F, two_bases> watcher = p;
  const weak<F, second_base> second = watcher;
  CHECK(second.lock().get() == static_cast<second_base*>(p.get()));
  const weak<F, second_base> directly = p;
  CHECK(directly.lock().get() == static_cast<second_base*>(p.get()));
  const weak<F, const two_bases> constant = watcher;
  CHECK(constant.lock() == p);
  const weak<F, void> anything = watcher;
  CHECK(anything.lock() == p);
  weak<F, two_bases> source = p;
  const weak<F, second_base> moved = std::move(source);
  CHECK(moved.lock().get() == static_cast<second_base*>(p.get()));
  CHECK(source.expired());
  CHECK(p.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(converts, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: converts to a virtual base, also when the object has gone", F,
                          converts_to_virtual_base) {
  shared<F, with_virtual_base> p{new with_virtual_base};
  const weak<F, with_virtual_base> watcher = p;
  const weak<F, base> virtually = watcher;
  CHECK(virtually.lock().get() == static_cast<base*>(p.get()));
  const weak<F, base> directly = p;
  CHECK(directly.lock() == p);
  weak<F, with_virtual_base> source = p;
  p.reset();
  const weak<F, base> of_expired = watcher;  // must not look into the object
  CHECK(of_expired.expired());
  const weak<F, base> moved_expired = std::move(source);
  CHECK(moved_expired.expired());
  weak<F, base> assigned;
  assigned = watcher;
  CHECK(assigned.expired());
  CHECK(same_owner(assigned, watcher));
}
TEST_CASE_TEMPLATE_APPLY(converts_to_virtual_base, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: of arrays", F, arrays) {
  weak<F, number[]> watcher;
  weak<F, const number[]> constant;
  {
    const shared<F, number[3]> p{new number[3]};
    watcher = p;
    if constexpr (F::converts_weak_arrays) {
      constant = watcher;
    } else {
      constant = p;
    }
    const weak<F, number[3]> known = p;
    CHECK(watcher.lock().get() == p.get());
    CHECK(constant.lock().get() == p.get());
    CHECK(known.lock() == p);
    CHECK(p.use_count() == 1);
    CHECK(number::alive == 3);
  }
  CHECK(number::alive == 0);
  CHECK(watcher.expired());
  CHECK(constant.expired());
}
TEST_CASE_TEMPLATE_APPLY(arrays, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: of an alias remembers where it points", F, aliases) {
  auto whole = F::template make_shared<two_bases>();
  const weak<F, int> part = shared<F, int>{whole, &whole->last};
  CHECK(part.use_count() == 1);
  CHECK(part.lock().get() == &whole->last);
  CHECK(same_owner(part, whole));
  whole.reset();
  CHECK(part.expired());
  CHECK(part.lock() == nullptr);
}
TEST_CASE_TEMPLATE_APPLY(aliases, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: assignment from shared and weak pointers", F, assigns) {
  const auto p = F::template make_shared<derived>();
  const auto q = F::template make_shared<derived>();
  weak<F, base> watcher;
  auto& from_shared = (watcher = p);
  CHECK(&from_shared == &watcher);
  CHECK(watcher.lock() == p);
  const weak<F, derived> other = q;
  auto& from_weak = (watcher = other);
  CHECK(&from_weak == &watcher);
  CHECK(watcher.lock() == q);
  weak<F, base> same_type;
  auto& copied = (same_type = watcher);
  CHECK(&copied == &same_type);
  weak<F, derived> source = p;
  auto& moved = (watcher = std::move(source));
  CHECK(&moved == &watcher);
  CHECK(watcher.lock() == p);
  CHECK(source.expired());
  auto& moved_same = (same_type = std::move(watcher));
  CHECK(&moved_same == &same_type);
  CHECK(same_type.lock() == p);
  CHECK(watcher.expired());
  same_type = shared<F, base>{};
  CHECK(same_type.expired());
}
TEST_CASE_TEMPLATE_APPLY(assigns, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: self-assignment changes nothing", F, self_assignment) {
  const auto p = F::template make_shared<number>(1);
  weak<F, number> watcher = p;
  auto& same = watcher;
  watcher = same;
  CHECK(watcher.lock() == p);
  if constexpr (F::keeps_weak_moved_to_itself) {
    watcher = std::move(same);
    CHECK(watcher.lock() == p);
  }
  CHECK(p.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(self_assignment, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: swap and reset", F, swaps_and_resets) {
  const auto p = F::template make_shared<number>(1);
  const auto q = F::template make_shared<number>(2);
  weak<F, number> a = p;
  weak<F, number> b = q;
  a.swap(b);
  CHECK(a.lock() == q);
  CHECK(b.lock() == p);
  swap(a, b);
  CHECK(a.lock() == p);
  std::swap(a, b);
  CHECK(b.lock() == p);
  weak<F, number> empty;
  empty.swap(b);
  CHECK(empty.lock() == p);
  CHECK(b.expired());
  empty.swap(empty);
  CHECK(empty.lock() == p);
  empty.reset();
  CHECK(empty.expired());
  CHECK(same_owner(empty, weak<F, number>{}));
  empty.reset();
  CHECK(p.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(swaps_and_resets, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: destroying one touches neither object nor other watchers", F, destroyed) {
  deletions noted;
  auto* const p = new shared<F, number>{new number, noting_deleter{&noted}};
  auto* const watcher = new weak<F, number>{*p};
  const weak<F, number> other = *p;
  delete watcher;
  CHECK(noted.calls == 0);
  CHECK_FALSE(other.expired());
  auto* const last = new weak<F, number>{*p};
  delete p;
  CHECK(noted.calls == 1);
  delete last;
  CHECK(other.expired());
}
TEST_CASE_TEMPLATE_APPLY(destroyed, families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: many of one object", F, many) {
  auto p = F::template make_shared<number>(1);
  std::vector<weak<F, number>> watchers(1000, weak<F, number>{p});
  CHECK(p.use_count() == 1);
  CHECK(watchers.back().lock() == p);
  watchers.resize(10);
  p.reset();
  CHECK(number::alive == 0);
  CHECK(watchers[9].expired());
}
TEST_CASE_TEMPLATE_APPLY(many, families);
