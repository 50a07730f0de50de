// Pauses, in which no collection begins by itself.

#include "collector/eager_heap.hpp"
#include "collector/quiet_heap.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <list>
#include <new>
#include <type_traits>

using ouro::test::by_generation;
using ouro::test::by_trial;
using ouro::test::eager_heap;
using ouro::test::leave_garbage;
using ouro::test::make_one;
using ouro::test::ring;

namespace {

/// Makes an object when it is destroyed. In `std::list::clear`, nodes that are already freed are still linked.
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

}  // namespace

TEST_CASE_TEMPLATE("gc::pause: no collection begins in a pause, and one that became due begins at the next object",
                   Memory, by_trial, by_generation) {
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

TEST_CASE_TEMPLATE("gc::pause: no collection begins after a pause in which none became due", Memory, by_trial,
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

TEST_CASE("gc::pause: explicit collections, steps and drains work in a pause") {
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

TEST_CASE_TEMPLATE("gc::pause: no collection traces a standard container in the middle of an operation (trap 83)",
                   Memory, by_trial, by_generation) {
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

TEST_CASE_TEMPLATE("gc::pause: a heap at its limit throws in a pause, and collects everything after it", Memory,
                   by_trial, by_generation) {
  // In a private heap that has a second collector, which the pause does not concern.
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

TEST_CASE("gc::pause: a pause belongs to the heap that the thread was in when it began") {
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

TEST_CASE("gc::pause: a pause of shared objects, or without a collector, has nothing to hold back") {
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
