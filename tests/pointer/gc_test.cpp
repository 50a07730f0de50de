// The functions of Python's gc module that read and set something, under both collectors.

#include "collector/quiet_heap.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>

using ouro::test::by_generation;
using ouro::test::by_trial;
using ouro::test::make_candidate;
using ouro::test::make_ring;
using ouro::test::node;
using ouro::test::quiet_heap;
using ouro::test::shared;

TEST_CASE_TEMPLATE("gc: a collection of the young objects leaves garbage among the old ones", Memory, by_trial,
                   by_generation, shared) {
  const quiet_heap<Memory> heap;
  auto ring = make_ring<Memory>(3);
  make_candidate(ring);
  CHECK(Memory::gc::collect(0) == 0);  // it becomes old
  ring.reset();
  make_ring<Memory>(2);
  CHECK(Memory::gc::collect(0) == 2);
  CHECK(node<Memory>::alive == 3);
  CHECK(Memory::gc::collect(1) == 3);
}

TEST_CASE_TEMPLATE("gc: the threshold of each generation is the one that was set", Memory, by_trial, by_generation) {
  using gc = typename Memory::gc;
  const std::size_t before = gc::threshold(0);
  const std::size_t full_before = gc::threshold(1);
  gc::set_threshold(123, 4);
  CHECK(gc::threshold() == 123);
  CHECK(gc::threshold(1) == 4);
  gc::set_threshold(before, full_before);
  CHECK(gc::threshold(1) == full_before);
}

TEST_CASE_TEMPLATE("gc: a null pointer is not tracked, and neither it nor a leaf has referents", Memory, by_trial,
                   by_generation) {
  using gc = typename Memory::gc;
  const typename Memory::template ptr<node<Memory>> none;
  CHECK_FALSE(gc::is_tracked(none));
  CHECK_FALSE(gc::is_finalized(none));
  CHECK(gc::referents(none).empty());
  CHECK(gc::referents(Memory::template make<int>(1)).empty());
}
