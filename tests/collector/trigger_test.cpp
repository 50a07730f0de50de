#include "collector/eager_heap.hpp"
#include "collector/quiet_heap.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>

using ouro::test::by_trial;
using ouro::test::eager_heap;
using ouro::test::leave_garbage;
using ouro::test::ring;

TEST_CASE("trigger: a threshold beyond what the budget can hold is never reached") {
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

TEST_CASE("trigger: the distance of fruitless minor collections doubles, up to eight thresholds") {
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

TEST_CASE("trigger: a collection that is due in a pause is postponed, and due again when all pauses have ended") {
  ouro::detail::trigger trigger;
  trigger.set_threshold(1, 1000);
  trigger.pause();
  trigger.pause();
  CHECK(trigger.is_held());
  trigger.count_candidate();
  CHECK_FALSE(trigger.is_due());
  CHECK(trigger.count_allocation());
  CHECK(trigger.is_due());
  trigger.postpone();
  CHECK(trigger.is_due());
  for (int i = 0; i != 100; ++i) CHECK_FALSE(trigger.count_allocation());
  trigger.resume();
  CHECK(trigger.is_paused());
  CHECK_FALSE(trigger.count_allocation());
  trigger.resume();
  CHECK_FALSE(trigger.is_held());
  CHECK(trigger.count_allocation());
}

TEST_CASE(
    "trigger: a full collection is due when a quarter as many objects have grown old as the last one found alive") {
  ouro::detail::trigger trigger;
  trigger.set_threshold(10, 1);
  CHECK_FALSE(trigger.is_full_due());
  trigger.after_full(100'000);
  trigger.after_minor(100, 24'900);
  CHECK_FALSE(trigger.is_full_due());
  trigger.after_minor(100, 100);
  CHECK(trigger.is_full_due());
  trigger.after_full(0);  // at least one threshold of 10 objects
  trigger.after_minor(100, 9);
  CHECK_FALSE(trigger.is_full_due());
  trigger.after_minor(100, 1);
  CHECK(trigger.is_full_due());
}
