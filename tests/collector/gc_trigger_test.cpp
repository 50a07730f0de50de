// Where automatic collections begin, and the pauses in which none does.

#include "support/counted.hpp"
#include "support/gc_settings.hpp"
#include "support/ring.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <list>
#include <memory>
#include <new>

using ouro::test::counted;
using ouro::test::gc_settings;
using ouro::test::none_left;

namespace {

using by_trial = ouro::default_memory;
using by_generation = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;

template <class Memory>
struct ring : counted<ring<Memory>> {
  ring() = default;
  ring(const ring&) = delete;
  ring& operator=(const ring&) = delete;
  ~ring() {
    if (calls != nullptr) calls();
  }
  void trace(auto&& visit) { visit(self); }

  typename Memory::template ptr<ring> self;
  void (*calls)() = nullptr;
};

template <class Memory>
void leave_garbage(int objects) {
  for (int i = 0; i != objects; ++i) ouro::test::make_ring<Memory>(1, &ring<Memory>::self);
}

/// A collection is due after few objects, and the settings are put back at the end.
template <class Memory>
struct eager_heap : none_left<ring<Memory>>, gc_settings<Memory> {
  eager_heap() { Memory::gc::set_threshold(10); }
};

/// Makes an object when it is destroyed: in `std::list::clear`, nodes that are freed are linked still.
template <class Memory>
struct entry {
  ~entry() { leave_garbage<Memory>(1); }
  void trace(auto&& visit) { visit(owner); }
  typename Memory::template ptr<ring<Memory>> owner;
};

template <class Memory>
struct holder {
  void trace(auto&& visit) { visit(self, entries); }
  typename Memory::template ptr<holder> self;
  std::list<entry<Memory>> entries;
};

/// An object that does not survive it. A collection that is due begins there.
template <class Memory>
void make_one() {
  static_cast<void>(Memory::template make<ring<Memory>>());
}

}  // namespace

TEST_CASE_TEMPLATE("gc::pause: nothing is collected until it ends, and what is due follows at the next object", Memory,
                   by_trial, by_generation) {
  const eager_heap<Memory> heap;
  const std::size_t before = Memory::gc::stats().collections;
  {
    const typename Memory::gc::pause outer;
    leave_garbage<Memory>(200);
    {
      const typename Memory::gc::pause inner;
      leave_garbage<Memory>(200);
    }
    leave_garbage<Memory>(200);
    CHECK(ring<Memory>::alive == 600);
    CHECK(Memory::gc::is_enabled());
  }
  CHECK(Memory::gc::stats().collections == before);
  make_one<Memory>();
  CHECK(Memory::gc::stats().collections == before + 1);
  CHECK(ring<Memory>::alive == 0);
}

TEST_CASE_TEMPLATE("gc::pause: what is not due before or in it is not due afterwards", Memory, by_trial,
                   by_generation) {
  const eager_heap<Memory> heap;
  const std::size_t before = Memory::gc::stats().collections;
  {
    const typename Memory::gc::pause pause;
    leave_garbage<Memory>(1);
  }
  make_one<Memory>();
  CHECK(Memory::gc::stats().collections == before);
}

TEST_CASE("gc::pause: collections, steps and drains that are called for do their work") {
  using memory = by_trial;
  const eager_heap<memory> heap;
  const memory::gc::pause pause;
  leave_garbage<memory>(50);
  CHECK(memory::gc::collect() == 50);
  leave_garbage<memory>(50);
  CHECK(memory::gc::step(1000) == 50);
  {
    const memory::gc::deferred_drops deferred;
    make_one<memory>();
    CHECK(ring<memory>::alive == 1);
    CHECK(memory::gc::drain() == 1);
    make_one<memory>();
  }
  CHECK(ring<memory>::alive == 0);
}

TEST_CASE_TEMPLATE("gc::pause: keeps collections out of the operation of a standard container (trap 83)", Memory,
                   by_trial, by_generation) {
  const eager_heap<Memory> heap;
  const auto held = Memory::template make<holder<Memory>>();
  held->self = held;
  held->entries.resize(100);
  {
    const auto dropped = held;  // a candidate, so that a collection would look into the list
  }
  {
    const typename Memory::gc::pause pause;
    held->entries.clear();
  }
  CHECK(ring<Memory>::alive == 100);
  make_one<Memory>();
  CHECK(ring<Memory>::alive == 0);
  held->self.reset();
}

TEST_CASE_TEMPLATE("gc::pause: a heap at its limit throws, and collects all once the pause is over", Memory, by_trial,
                   by_generation) {
  // In a private heap, and with a collector of another policy beside it, of which the pause says nothing.
  using beside = std::conditional_t<std::is_same_v<Memory, by_trial>, by_generation, by_trial>;
  ouro::heap apart{std::size_t{1} << 20};
  const ouro::heap::scope in{apart};
  Memory::gc::disable();
  beside::gc::disable();
  leave_garbage<Memory>(1000);
  leave_garbage<beside>(1000);
  std::list<typename Memory::template ptr<ring<Memory>>> living;
  const auto fill = [&living] {
    for (;;) living.push_back(Memory::template make<ring<Memory>>());
  };
  {
    const typename Memory::gc::pause pause;
    CHECK_THROWS_AS(fill(), std::bad_alloc);
    CHECK(ring<beside>::alive == 0);
    CHECK(ring<Memory>::alive == static_cast<int>(1000 + living.size()));
    CHECK_THROWS_AS(make_one<Memory>(), std::bad_alloc);
  }
  make_one<Memory>();
  CHECK(ring<Memory>::alive == static_cast<int>(living.size()));
  living.clear();
  CHECK(ring<Memory>::alive == 0);
}

TEST_CASE("gc::pause: belongs to the heap that the thread was in when it began") {
  using memory = by_trial;
  const eager_heap<memory> heap;
  ouro::heap apart;
  const memory::gc::pause pause;
  {
    const ouro::heap::scope in{apart};
    memory::gc::set_threshold(10);
    leave_garbage<memory>(100);
    CHECK(ring<memory>::alive < 50);
    const memory::gc::pause inner;
    {
      const ouro::heap::scope again{apart};
      leave_garbage<memory>(100);
    }
    CHECK(ring<memory>::alive >= 100);
    memory::gc::collect();
  }
  CHECK(ring<memory>::alive == 0);
  leave_garbage<memory>(100);
  CHECK(ring<memory>::alive == 100);
}

TEST_CASE("gc::pause: of shared objects, and without a collector, there is nothing that it holds back") {
  using shared = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>;
  using plain = ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>;
  const shared::gc::pause pause;
  const plain::gc::pause no_pause;
  leave_garbage<shared>(100);
  CHECK(shared::gc::safepoint() == 0);
  CHECK(plain::gc::safepoint() == 0);
  CHECK(ring<shared>::alive == 100);
  CHECK(shared::gc::collect() == 100);
}

TEST_CASE_TEMPLATE("gc_trigger: with safe points, no object begins a collection, and a safe point does when one is due",
                   Memory, by_trial, by_generation) {
  const eager_heap<Memory> heap;
  CHECK(Memory::gc::trigger() == ouro::gc_trigger::allocation);
  Memory::gc::set_trigger(ouro::gc_trigger::safepoint);
  CHECK(Memory::gc::trigger() == ouro::gc_trigger::safepoint);
  CHECK(Memory::gc::safepoint() == 0);
  const std::size_t before = Memory::gc::stats().automatic_collections;
  leave_garbage<Memory>(200);
  CHECK(ring<Memory>::alive == 200);
  CHECK(Memory::gc::safepoint() == 200);
  CHECK(Memory::gc::stats().automatic_collections == before + 1);
  CHECK(Memory::gc::safepoint() == 0);
  CHECK(Memory::gc::stats().automatic_collections == before + 1);
  leave_garbage<Memory>(200);
  {
    const typename Memory::gc::pause pause;
    CHECK(Memory::gc::safepoint() == 0);
  }
  leave_garbage<Memory>(1);
  CHECK(ring<Memory>::alive == 201);
  Memory::gc::set_trigger(ouro::gc_trigger::allocation);
  CHECK(ring<Memory>::alive == 201);
  make_one<Memory>();
  CHECK(ring<Memory>::alive == 0);
}

TEST_CASE("gc_trigger: a pause goes on when the places change, and the places stay when a pause ends") {
  using memory = by_trial;
  const eager_heap<memory> heap;
  {
    const memory::gc::pause pause;
    leave_garbage<memory>(100);
    memory::gc::set_trigger(ouro::gc_trigger::safepoint);
    memory::gc::set_trigger(ouro::gc_trigger::allocation);
    make_one<memory>();
    CHECK(ring<memory>::alive == 100);
    memory::gc::set_trigger(ouro::gc_trigger::safepoint);
  }
  make_one<memory>();
  CHECK(ring<memory>::alive == 100);
  CHECK(memory::gc::safepoint() == 100);
}

TEST_CASE("gc_trigger: a safe point collects what became due by candidates alone") {
  using memory = by_trial;
  const eager_heap<memory> heap;
  std::list<memory::ptr<ring<memory>>> held;
  memory::gc::disable();
  for (int i = 0; i != 50; ++i) {
    held.push_back(memory::make<ring<memory>>());
    held.back()->self = held.back();
  }
  memory::gc::enable();
  held.clear();
  CHECK(ring<memory>::alive == 50);
  CHECK(memory::gc::safepoint() == 50);
}

TEST_CASE("gc_trigger: a safe point while collections are disabled, or in a destructor, does nothing") {
  using memory = by_trial;
  const eager_heap<memory> heap;
  memory::gc::set_trigger(ouro::gc_trigger::safepoint);
  leave_garbage<memory>(100);
  memory::gc::disable();
  CHECK(memory::gc::safepoint() == 0);
  memory::gc::enable();
  leave_garbage<memory>(100);
  static std::size_t in_destructor;
  in_destructor = 1;
  memory::make<ring<memory>>()->calls = [] { in_destructor = memory::gc::safepoint(); };
  CHECK(in_destructor == 0);
  CHECK(ring<memory>::alive == 200);
}

TEST_CASE("gc_trigger: a heap at its limit collects all at the next safe point, and all at its end") {
  using memory = by_trial;
  auto apart = std::make_unique<ouro::heap>(std::size_t{1} << 20);
  {
    const ouro::heap::scope in{*apart};
    memory::gc::set_trigger(ouro::gc_trigger::safepoint);
    const auto fill = [] {
      for (;;) leave_garbage<memory>(1);
    };
    CHECK_THROWS_AS(fill(), std::bad_alloc);
    const int left = ring<memory>::alive;
    CHECK(memory::gc::stats().collections == 0);
    CHECK_THROWS_AS(make_one<memory>(), std::bad_alloc);
    CHECK(memory::gc::safepoint() == static_cast<std::size_t>(left));
    CHECK(memory::gc::stats().full_collections == 1);
    leave_garbage<memory>(100);
  }
  CHECK(memory::gc::trigger() == ouro::gc_trigger::allocation);
  CHECK(ring<memory>::alive == 100);
  apart.reset();
  CHECK(ring<memory>::alive == 0);
}

TEST_CASE("trigger: thresholds beyond what a budget can hold are never reached") {
  using memory = by_trial;
  const eager_heap<memory> heap;
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
  for (const std::size_t threshold : {most, most / 2, most / 4 + 1}) {
    memory::gc::set_threshold(threshold, most);
    leave_garbage<memory>(100);
    CHECK(ring<memory>::alive == 100);
    CHECK(memory::gc::collect() == 100);
    leave_garbage<memory>(100);
    CHECK(memory::gc::collect() == 100);
  }
}

TEST_CASE("trigger: minor collections that find nothing come more rarely, eight times at the most") {
  ouro::detail::trigger trigger;
  const auto allocations_until_due = [&trigger] {
    std::size_t allocations = 1;
    while (!trigger.count_allocation()) ++allocations;
    return allocations - 1;
  };
  trigger.set_threshold(10, 1000);
  CHECK(allocations_until_due() == 2 * 10);
  for (const std::size_t times : {2u, 4u, 8u, 8u, 8u}) {
    trigger.after_minor(100, 100);
    CHECK(allocations_until_due() == times * 2 * 10);
  }
  trigger.after_minor(100, 50);
  CHECK(allocations_until_due() == 2 * 10);
  trigger.after_minor(100, 51);
  CHECK(allocations_until_due() == 2 * 2 * 10);
}
