#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <compare>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

using ouro::make;
using ouro::ptr;
using ouro::weak;
using ouro::test::unraisable_reports;

namespace {

struct target {
  int value = 1;
};

template <class Refcount>
using without_collector = ouro::memory<Refcount, ouro::no_collector, ouro::pool_allocator>;

}  // namespace

TEST_CASE_TEMPLATE("managed_weak: lock gives the object while it lives, and null ever after", Refcount,
                   ouro::local_refcount, ouro::atomic_refcount) {
  using memory = without_collector<Refcount>;
  auto object = memory::template make<target>();
  typename memory::template weak<target> watcher{object};
  CHECK(watcher.use_count() == 1);
  {
    const auto locked = watcher.lock();
    CHECK(locked == object);
    CHECK(object.use_count() == 2);
  }
  const auto copy = watcher;
  auto moved = std::move(watcher);
  CHECK(watcher.lock() == nullptr);  // NOLINT(bugprone-use-after-move): what a move leaves behind
  object.reset();
  CHECK(moved.expired());
  CHECK(copy.lock() == nullptr);
  CHECK_THROWS_AS((typename memory::template ptr<target>{copy}), std::bad_weak_ptr);
  moved.reset();
  CHECK(moved.owner() == nullptr);
}

TEST_CASE("managed_weak: weak pointers do not keep the block of an object, and take no room in it") {
  CHECK(ouro::size_of(make<target>()) == sizeof(target) + 8);
  auto object = make<target>();
  const void* const address = object.get();
  const weak<target> watcher{object};
  object.reset();
  const auto next = make<target>();
  CHECK(next.get() == address);
  CHECK(watcher.expired());
}

TEST_CASE("managed_weak: weak pointers are ordered by their object, alive or dead, and together with strong pointers") {
  auto a = make<target>();
  const auto b = make<target>();
  const weak<target> to_a{a};
  const weak<target> also_to_a{a};
  const weak<target> to_b{b};
  CHECK(to_a.owner_equal(also_to_a));
  CHECK(to_a.owner_before(to_b) != to_b.owner_before(to_a));
  CHECK_FALSE(to_a.owner_before(a));
  CHECK_FALSE(a.owner_before(to_a));
  CHECK(to_a.owner_hash() == a.owner_hash());
  a.reset();
  CHECK(to_a.owner_equal(also_to_a));
  CHECK_FALSE(to_a.owner_equal(to_b));
}

TEST_CASE("managed_weak: a weak pointer made in the destructor of its object is expired at once (trap 25)") {
  using memory = without_collector<ouro::local_refcount>;
  static memory::weak<target> in_destructor;
  struct maker : target {
    ~maker() { in_destructor = memory::from_this(static_cast<target*>(this)); }
  };
  memory::make<maker>();
  CHECK(in_destructor.expired());
}

TEST_CASE("managed_weak: a callback runs once, after the destructor of the object") {
  static int destroyed;
  destroyed = 0;
  struct noisy {
    ~noisy() { ++destroyed; }
  };
  int seen = -1;
  auto object = make<noisy>();
  const weak<noisy> watcher{object, [&seen] { seen = destroyed; }};
  const auto copy = watcher;
  object.reset();
  CHECK(seen == 1);
}

TEST_CASE("managed_weak: a callback does not run when its weak pointers were destroyed before the object") {
  int called = 0;
  auto object = make<target>();
  {
    const weak<target> watcher{object, [&called] { ++called; }};
  }
  object.reset();
  CHECK(called == 0);
}

TEST_CASE("managed_weak: a callback that owns the last pointer to its own target is dropped without a call (trap 28)") {
  int called = 0;
  auto object = make<target>();
  weak<target> watcher{object, [kept = object, &called] { ++called; }};
  const weak<target> second{object};
  object.reset();
  CHECK_FALSE(second.expired());
  watcher.reset();
  CHECK(second.expired());
  CHECK(called == 0);
}

TEST_CASE("managed_weak: callbacks may throw, add weak pointers and drop objects (trap 29)") {
  const unraisable_reports reports;
  auto object = make<target>();
  auto second = make<target>();
  int called = 0;
  std::vector<weak<target>> added;
  std::vector<weak<target>> watchers;
  watchers.emplace_back(object, [&] {
    ++called;
    throw 1;
  });
  watchers.emplace_back(object, [&] {
    ++called;
    added.emplace_back(second, [&] { ++called; });
    second.reset();  // its callback waits for this one to end
  });
  watchers.emplace_back(object, [&] { ++called; });
  object.reset();
  CHECK(called == 4);
  CHECK(reports.count == 1);
  CHECK(added[0].expired());
}

TEST_CASE_TEMPLATE("managed_weak: callbacks of the remaining weak pointers run newest first", Refcount,
                   ouro::local_refcount, ouro::atomic_refcount) {
  using memory = without_collector<Refcount>;
  using watcher = typename memory::template weak<target>;
  for (unsigned dropped = 0; dropped != 16; ++dropped) {
    for (const bool is_shared : {false, true}) {
      for (const bool is_reversed : {false, true}) {
        CAPTURE(dropped);
        auto object = memory::template make<target>();
        std::vector<unsigned> called;
        std::vector<unsigned> expected;
        std::vector<watcher> watchers;
        for (unsigned i = 0; i != 4; ++i) watchers.emplace_back(object, [&called, i] { called.push_back(i); });
        watcher plain = is_shared ? watcher{object} : watcher{};
        for (unsigned i = 0; i != 4; ++i) {
          const unsigned next = is_reversed ? 3 - i : i;
          if ((dropped & 1u << next) != 0) watchers[next].reset();
        }
        for (unsigned i = 4; i-- != 0;) {
          if ((dropped & 1u << i) == 0) expected.push_back(i);
        }
        if (is_reversed) plain.reset();
        watchers.emplace_back(object, [&called] { called.push_back(4); });
        expected.insert(expected.begin(), 4);
        object.reset();
        CHECK(called == expected);
        for (const watcher& each : watchers) CHECK(each.expired());
      }
    }
  }
}

TEST_CASE("managed_weak: 1000 objects with weak pointers each find their own record") {
  std::vector<ptr<target>> objects;
  std::vector<weak<target>> watchers;
  for (int i = 0; i != 1000; ++i) {
    objects.push_back(make<target>(i));
    watchers.emplace_back(objects.back());
  }
  for (std::size_t i = 0; i < objects.size(); i += 2) objects[i].reset();
  for (std::size_t i = 0; i != objects.size(); ++i) {
    REQUIRE(watchers[i].expired() == (i % 2 == 0));
    if (i % 2 != 0) REQUIRE(watchers[i].lock()->value == static_cast<int>(i));
    if (i % 2 != 0) REQUIRE(weak<target>{objects[i]}.owner_equal(watchers[i]));
  }
}

namespace {

struct derived_target : target {
  int more = 2;
};

}  // namespace

TEST_CASE("managed_weak: one converted from a weak pointer to a derived class watches the same object") {
  auto object = make<derived_target>();
  const weak<derived_target> watcher{object};
  const weak<target> base{watcher};
  CHECK(base.lock() == object);
  weak<target> other;
  other = watcher;
  CHECK(other.lock() == object);
  weak<target> third;
  third = other;
  CHECK(third.lock() == object);
  weak<target> empty;
  const weak<target> copy_of_empty{empty};
  CHECK(copy_of_empty.expired());
  swap(third, empty);
  CHECK(third.lock() == nullptr);
  CHECK(empty.lock() == object);
  CHECK(object.use_count() == 1);
  object.reset();
  CHECK(base.expired());
  CHECK(other.expired());
  const weak<target> late{watcher};
  CHECK(late.lock() == nullptr);
  CHECK(late.owner_equal(watcher));
}

TEST_CASE("managed_weak: a weak pointer made of a null pointer is expired and discards its callback") {
  const auto held = std::make_shared<int>(1);
  {
    const weak<target> watcher{ptr<target>{}, [held] {}};
    CHECK(held.use_count() == 1);
    CHECK(watcher.expired());
    CHECK(weak<target>{ptr<target>{}}.lock() == nullptr);
  }
  CHECK(held.use_count() == 1);
}

TEST_CASE_TEMPLATE("managed_weak: is a key of hash tables and maps, which its object's death does not change", Refcount,
                   ouro::local_refcount, ouro::atomic_refcount) {
  using memory = without_collector<Refcount>;
  using watcher = typename memory::template weak<target>;
  auto a = memory::template make<target>();
  auto b = memory::template make<target>();
  const watcher to_a{a};
  const watcher called{a, [] {}};
  const typename memory::template weak<const void> erased{to_a};
  const watcher to_b{b};
  const auto check = [&] {
    CHECK(to_a == watcher{to_a});
    CHECK(to_a == called);
    CHECK(to_a == erased);
    CHECK((to_a <=> called) == std::strong_ordering::equal);
    CHECK(to_a != to_b);
    CHECK(to_a != watcher{});
    CHECK(watcher{} == watcher{});
    CHECK((to_a < to_b) == to_a.owner_before(to_b));
    CHECK((to_a < to_b) != (to_b < to_a));
    CHECK(std::hash<watcher>{}(to_a) == hash_value(called));
    CHECK(hash_value(to_a) == to_a.owner_hash());
    CHECK(hash_value(to_a) != hash_value(to_b));
  };
  check();
  const std::size_t hash = hash_value(to_a);
  const bool is_less = to_a < to_b;
  std::unordered_map<watcher, int> hashed{{to_a, 1}, {to_b, 2}};
  std::map<watcher, int> ordered{{to_a, 1}, {to_b, 2}};
  CHECK_FALSE(hashed.emplace(called, 3).second);
  a.reset();
  b.reset();
  check();
  CHECK(hash_value(to_a) == hash);
  CHECK((to_a < to_b) == is_less);
  CHECK(hashed.at(called) == 1);
  CHECK(ordered.at(to_b) == 2);
}

TEST_CASE_TEMPLATE("managed_weak: differs from one to a new object at the address of the dead one (trap 73)", Refcount,
                   ouro::local_refcount, ouro::atomic_refcount) {
  using memory = without_collector<Refcount>;
  using watcher = typename memory::template weak<target>;
  auto object = memory::template make<target>();
  const watcher first{object};
  CHECK(first.owner_equal(object));
  object.reset();
  object = memory::template make<target>();
  REQUIRE(first.owner() == object.owner());
  // The new object is not watched yet.
  CHECK_FALSE(first.owner_equal(object));
  CHECK_FALSE(object.owner_equal(first));
  CHECK(first.owner_before(object));
  CHECK_FALSE(object.owner_before(first));
  const watcher second{object};
  CHECK(first != second);
  CHECK(first < second);
  CHECK(second.owner_equal(object));
  CHECK_FALSE(first.owner_equal(object));
  object.reset();
  CHECK(first != second);
  CHECK(first < second);
}

TEST_CASE("managed_weak: weak pointers to an immortal object are equal in whichever heap they were made") {
  static ouro::static_object<target> object;
  const weak<target> outside{object.pointer()};
  weak<target> inside;
  {
    ouro::heap heap;
    const ouro::heap::scope in{heap};
    inside = object.pointer();
    CHECK(inside == outside);
    CHECK(inside.owner_equal(object.pointer()));
  }
  // Expired with its heap, and the object lives on.
  CHECK(inside.expired());
  CHECK(inside == outside);
  CHECK(inside.owner_equal(object.pointer()));
}

TEST_CASE("managed_weak: is made of any alias as a pointer to void, which watches the whole object") {
  struct whole {
    int first = 1;
    int second = 2;
  };
  auto object = make<whole>();
  ouro::managed_alias<const int> part{object, &object->second};
  const ouro::managed_weak watcher{part};
  static_assert(std::is_same_v<decltype(watcher), const weak<void>>);
  weak<const void> assigned;
  assigned = part;
  CHECK(watcher.owner_equal(object));
  CHECK(watcher == assigned);
  CHECK(watcher.lock() == object);
  const int* const address = part.get();
  int called = 0;
  const ouro::managed_weak with_callback{part, [&called] { ++called; }};
  CHECK(with_callback == watcher);
  object.reset();
  CHECK_FALSE(watcher.expired());
  const ouro::managed_alias<const int> again{watcher.lock(), address};
  CHECK(*again == 2);
  CHECK(again == part);
  const_cast<ouro::managed_alias<const int>&>(again).reset();
  part.reset();
  CHECK(watcher.expired());
  CHECK(assigned.expired());
  CHECK(called == 1);
  CHECK(weak<void>{ouro::managed_alias<int>{}} == weak<void>{});
  static_assert(!std::is_constructible_v<weak<whole>, const ouro::managed_alias<whole>&>);
  static_assert(!std::is_convertible_v<ouro::managed_alias<int>, weak<int>>);
}
