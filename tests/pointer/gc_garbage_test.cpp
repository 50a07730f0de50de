// The garbage that collections keep when gc_debug::saveall is set.

#include "collector/cut_ring.hpp"
#include "collector/quiet_heap.hpp"
#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

using ouro::test::by_generation;
using ouro::test::by_trial;
using ouro::test::counted;
using ouro::test::cut;
using ouro::test::make_cut_ring;
using ouro::test::make_ring;
using ouro::test::node;
using ouro::test::quiet_heap;
using ouro::test::shared;

TEST_CASE_TEMPLATE("gc::garbage: saveall keeps garbage finalized and whole until it is cleared", Memory, by_trial,
                   by_generation) {
  const quiet_heap<Memory> heap;
  Memory::gc::set_debug(ouro::gc_debug::saveall);
  CHECK(ouro::has_flag(Memory::gc::debug(), ouro::gc_debug::leak));
  typename Memory::template weak<node<Memory>> watcher;
  {
    const auto ring = make_ring<Memory>(2);
    watcher = ring;
  }
  CHECK(Memory::gc::collect() == 2);
  CHECK(node<Memory>::alive == 2);
  CHECK(node<Memory>::finalizers == 2);
  CHECK(watcher.expired());
  {
    const auto kept = Memory::gc::garbage();
    REQUIRE(kept.size() == 2);
    const auto first = ouro::static_pointer_cast<node<Memory>>(kept[0]);
    CHECK(first->left == ouro::static_pointer_cast<node<Memory>>(kept[1]));
    CHECK(first.use_count() == 4);  // the other's, the list's, the copy's, and this one
    CHECK(Memory::gc::is_finalized(first));
  }
  CHECK(Memory::gc::collect() == 0);
  Memory::gc::set_debug(ouro::gc_debug::none);
  Memory::gc::clear_garbage();
  CHECK(Memory::gc::garbage().empty());
  CHECK(Memory::gc::collect() == 2);
  CHECK(node<Memory>::finalizers == 2);
}

TEST_CASE_TEMPLATE("gc::garbage: an object that a finalizer has cut off is held by the list alone", Memory, by_trial,
                   by_generation, shared) {
  Memory::gc::collect();
  Memory::gc::set_debug(ouro::gc_debug::saveall);
  make_cut_ring<Memory>(false);
  CHECK(Memory::gc::collect() == 3);
  {
    const auto kept = Memory::gc::garbage();
    REQUIRE(kept.size() == 3);
    std::vector<long> counts;
    for (const auto& each : kept) counts.push_back(each.use_count());
    std::ranges::sort(counts);
    CHECK(counts == std::vector<long>{2, 3, 4});  // the list's, the copy's, and those of the others
  }
  Memory::gc::set_debug(ouro::gc_debug::none);
  Memory::gc::clear_garbage();
  CHECK(cut<Memory>::alive == 1);  // the one that points to itself
  CHECK(Memory::gc::collect() == 1);
  CHECK(cut<Memory>::alive == 0);
}

namespace {

/// An object without a finalizer.
template <class Memory>
struct plain : counted<plain<Memory>> {
  void trace(auto&& visit) { visit(next, tail, finalized); }

  typename Memory::template ptr<plain> next;
  typename Memory::template ptr<plain> tail;
  typename Memory::template ptr<cut<Memory>> finalized;
};

}  // namespace

TEST_CASE_TEMPLATE("gc::garbage: each kept object has the list's reference beside its own, candidate or not", Memory,
                   by_trial, by_generation, shared) {
  Memory::gc::collect();
  Memory::gc::set_debug(ouro::gc_debug::saveall);
  for (const bool has_finalizer : {false, true}) {
    CAPTURE(has_finalizer);
    const std::size_t objects = has_finalizer ? 3 : 2;
    {
      const auto ring = Memory::template make<plain<Memory>>();
      ring->next = ring;
      ring->tail = Memory::template make<plain<Memory>>();
      if (has_finalizer) ring->finalized = Memory::template make<cut<Memory>>();
    }
    for (int round = 0; round != 2; ++round) {  // in the second one, all finalizers have run
      CHECK(Memory::gc::collect() == objects);
      {
        const auto kept = Memory::gc::garbage();
        REQUIRE(kept.size() == objects);
        for (const auto& each : kept) CHECK(each.use_count() == 3);  // its own, the list's, and the copy's
      }
      Memory::gc::clear_garbage();
      REQUIRE(plain<Memory>::alive == 2);
    }
    Memory::gc::set_debug(ouro::gc_debug::none);
    CHECK(Memory::gc::collect() == objects);
    CHECK(plain<Memory>::alive == 0);
    CHECK(cut<Memory>::alive == 0);
    Memory::gc::set_debug(ouro::gc_debug::saveall);
  }
  Memory::gc::set_debug(ouro::gc_debug::none);
}

TEST_CASE("gc::garbage: garbage outside walkable pools is kept, and found again") {
  using memory = ouro::memory<ouro::local_refcount, ouro::generational, ouro::system_allocator>;
  memory::gc::collect();
  memory::gc::disable();
  memory::gc::set_debug(ouro::gc_debug::saveall);
  make_ring<memory>(3);
  CHECK(memory::gc::collect() == 3);
  CHECK(node<memory>::alive == 3);
  CHECK(memory::gc::garbage().size() == 3);
  memory::gc::set_debug(ouro::gc_debug::none);
  memory::gc::clear_garbage();
  CHECK(memory::gc::collect() == 3);
  CHECK(node<memory>::alive == 0);
  memory::gc::enable();
}
