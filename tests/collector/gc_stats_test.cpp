#include "collector/quiet_heap.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstdint>

using ouro::gc_debug;
using ouro::has_flag;
using ouro::test::by_generation;
using ouro::test::by_trial;
using ouro::test::make_candidate;
using ouro::test::make_ring;
using ouro::test::quiet_heap;

static_assert(has_flag(gc_debug::leak, gc_debug::saveall) && has_flag(gc_debug::leak, gc_debug::collectable) &&
              has_flag(gc_debug::leak, gc_debug::uncollectable) && !has_flag(gc_debug::leak, gc_debug::stats));
static_assert(!has_flag(gc_debug::none, gc_debug::leak) &&
              has_flag(gc_debug::stats | gc_debug::saveall, gc_debug::leak));

TEST_CASE_TEMPLATE("gc_stats: collections and garbage are counted for each generation", Memory, by_trial,
                   by_generation) {
  const quiet_heap<Memory> heap;
  const auto young = Memory::gc::stats(0);
  const auto old = Memory::gc::stats(1);
  auto ring = make_ring<Memory>(1);
  make_candidate(ring);
  CHECK(Memory::gc::count(0) == 1);
  CHECK(Memory::gc::count(1) == 0);
  Memory::gc::collect(0);
  CHECK(Memory::gc::count(0) == 0);
  ring.reset();
  Memory::gc::collect();
  CHECK(Memory::gc::count() == 0);
  CHECK(Memory::gc::stats(0).collections == young.collections + 1);
  CHECK(Memory::gc::stats(0).collected == young.collected);
  CHECK(Memory::gc::stats(1).collections == old.collections + 1);
  CHECK(Memory::gc::stats(1).collected == old.collected + 1);
}

namespace {

/// Its destructor takes 2 milliseconds.
struct slow_to_end {
  static constexpr std::uint64_t time = 2'000'000;

  ~slow_to_end() {
    const std::uint64_t began = ouro::detail::steady_nanoseconds();
    while (ouro::detail::steady_nanoseconds() - began < time) {
    }
  }
  void trace(auto&& visit) { visit(self); }

  ouro::ptr<slow_to_end> self;
};

}  // namespace

TEST_CASE("gc_stats: the longest pause of a generation includes destructors, and shorter ones do not replace it") {
  ouro::heap h;
  const ouro::heap::scope in{h};
  {
    const auto garbage = ouro::make<slow_to_end>();
    garbage->self = garbage;
  }
  CHECK(ouro::gc::stats(1).longest_pause == 0);
  CHECK(ouro::gc::collect() == 1);
  CHECK(ouro::gc::stats(1).longest_pause >= slow_to_end::time);
  CHECK(ouro::gc::stats(0).longest_pause == 0);
  const std::uint64_t longest = ouro::gc::stats(1).longest_pause;
  for (int i = 0; i != 10; ++i) ouro::gc::collect();
  CHECK(ouro::gc::stats(1).longest_pause >= longest);
}
