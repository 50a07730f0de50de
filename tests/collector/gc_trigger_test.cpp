// Where automatic collections begin.

#include "collector/eager_heap.hpp"
#include "collector/quiet_heap.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <list>
#include <memory>
#include <new>

using ouro::test::by_generation;
using ouro::test::by_trial;
using ouro::test::eager_heap;
using ouro::test::leave_garbage;
using ouro::test::make_one;
using ouro::test::ring;

TEST_CASE_TEMPLATE("gc_trigger: with safe points, make_managed begins no collection, and safepoint() one that is due",
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

TEST_CASE("gc_trigger: a pause and the place of collections do not change each other") {
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

TEST_CASE("gc_trigger: safepoint() does nothing while collections are disabled, or in a destructor") {
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
