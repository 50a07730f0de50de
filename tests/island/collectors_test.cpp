// Islands of memories with every collector and allocator whose objects one thread uses at a time.

#include "island/nodes.hpp"
#include "support/gc_settings.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <set>
#include <utility>
#include <vector>

using namespace ouro::test;

namespace {

template <class Collector, class Allocator = ouro::pool_allocator>
using local = ouro::memory<ouro::local_refcount, Collector, Allocator>;
using walking = local<ouro::generational>;

template <class Memory>
using node = island_node<Memory>;

template <class Memory>
typename Memory::template ptr<node<Memory>> ring(int objects) {
  auto first = Memory::template make<node<Memory>>(0);
  auto last = first;
  for (int i = 1; i != objects; ++i) {
    auto next = Memory::template make<node<Memory>>(i);
    next->edges.push_back(last);
    last = std::move(next);
  }
  first->edges.push_back(last);
  return first;
}

template <class Memory>
typename Memory::template ptr<node<Memory>> star(int objects) {
  auto root = Memory::template make<node<Memory>>(0);
  for (int i = 1; i != objects; ++i) root->edges.push_back(Memory::template make<node<Memory>>(i));
  return root;
}

bool pools_are_valid() { return ouro::detail::current_pool_heap->is_valid(); }

}  // namespace

TEST_CASE_TEMPLATE("island: every memory of one thread hands structures on", Memory, ouro::default_memory, walking,
                   local<ouro::no_collector>, local<ouro::no_collector, ouro::system_allocator>,
                   local<ouro::trial_deletion, ouro::system_allocator>,
                   local<ouro::generational, ouro::system_allocator>,
                   local<ouro::trial_deletion, ouro::checked_allocator<ouro::pool_allocator>>,
                   local<ouro::trial_deletion, ouro::traced_allocator<ouro::pool_allocator>>,
                   local<ouro::trial_deletion, ouro::limited_allocator<ouro::pool_allocator>>) {
  auto root = star<Memory>(100);
  {
    const auto held = root->edges[5];
    CHECK(reason_to_stay(root).holders()[0].pointers == 1);
  }
  typename Memory::template island<node<Memory>> gone = leave(root);
  Memory::gc::collect();
  CHECK(node<Memory>::alive == 100);
  elsewhere([&] {
    auto here = std::move(gone).open();
    CHECK(here->edges[98]->number == 99);
    here->edges.push_back(Memory::template make<node<Memory>>(100));
    Memory::gc::collect();
    CHECK(node<Memory>::alive == 101);
    here->edges.clear();
    CHECK(node<Memory>::alive == 1);
  });
  CHECK(node<Memory>::alive == 0);
}

TEST_CASE_TEMPLATE("island: a cycle is collected by the collector of its new heap", Memory, ouro::default_memory,
                   walking, local<ouro::generational, ouro::system_allocator>) {
  const explicit_collections<Memory> settings;
  for (const bool is_old : {false, true}) {
    auto root = ring<Memory>(50);
    if (is_old) Memory::gc::collect();
    auto gone = leave(root);
    CHECK(Memory::gc::count() == 0);
    CHECK(Memory::gc::collect() == 0);
    elsewhere([&] {
      auto here = std::move(gone).open();
      CHECK(Memory::gc::collect() == 0);
      if constexpr (ouro::tracks_all<typename Memory::collector>) CHECK(Memory::gc::count() == 50);
      here.reset();
      CHECK(Memory::gc::collect() == 50);
    });
    CHECK(node<Memory>::alive == 0);
    root = ring<Memory>(50);
    if (is_old) Memory::gc::collect();
    static_cast<void>(leave(root));  // nobody opens it
    CHECK(node<Memory>::alive == 0);
  }
}

TEST_CASE("island: the pools of a collector that walks them hold no objects of other threads") {
  const explicit_collections<walking> settings;
  // Objects that leave, and such that stay, in the same pools: young ones, and old ones.
  std::vector<walking::ptr<node<walking>>> stay;
  auto root = walking::make<node<walking>>();
  for (int i = 0; i != 1000; ++i) {
    if (i == 500) walking::gc::collect();
    stay.push_back(ring<walking>(2));
    root->edges.push_back(walking::make<node<walking>>(i));
  }
  auto gone = leave(root);
  CHECK(pools_are_valid());
  CHECK(walking::gc::count() == 2000);
  CHECK(walking::gc::collect() == 0);
  CHECK(walking::gc::count() == 2000);
  std::set<const void*> seen;
  for (const auto& each : walking::gc::objects()) seen.insert(each.get());
  CHECK(seen.size() == 2000);
  elsewhere([&] {
    auto here = std::move(gone).open();
    CHECK(walking::gc::count() == 1001);
    here.reset();
    CHECK(walking::gc::count() == 0);
  });
  stay.resize(10);
  CHECK(walking::gc::collect() == 1980);
  CHECK(walking::gc::count() == 20);
  CHECK(pools_are_valid());
  stay.clear();
  CHECK(walking::gc::collect() == 20);
  walking::heap::current().trim();
  CHECK(pools_are_valid());
  CHECK(node<walking>::alive == 0);
}

TEST_CASE("island: a structure with an object that stays, in pools that are walked") {
  const explicit_collections<walking> settings;
  auto root = ring<walking>(10);
  walking::gc::collect();
  {
    const auto held = root->edges[0];
    const auto why = reason_to_stay(root);
    CHECK(why.holders().size() == 1);
    CHECK(walking::gc::count() == 10);
  }
  const auto holder = walking::make<node<walking>>();
  holder->edges.push_back(root->edges[0]);
  const auto why = reason_to_stay(root);
  REQUIRE(why.holders().size() == 1);  // a collector that knows all objects knows all holders
  CHECK(is_node(why.holders()[0].holder));
  holder->edges.clear();
  root.reset();
  CHECK(walking::gc::collect() == 10);
}

namespace {

/// Has a structure leave while its own constructor runs, from the pool in which it lies itself.
struct sender {
  sender() {
    auto root = walking::make<sender>(0);
    root->self = root;
    walking::gc::collect();
    gone = leave(root);
  }
  explicit sender(int) {}
  void trace(auto&& visit) { visit(self); }

  walking::island<sender> gone;
  walking::ptr<sender> self;
};

}  // namespace

TEST_CASE("island: an object whose constructor runs lies beside those that leave") {
  const explicit_collections<walking> settings;
  auto made = walking::make<sender>();
  CHECK(walking::gc::count() == 1);
  made->self = made;
  made->gone = {};
  walking::gc::collect();
  walking::gc::collect();
  CHECK(walking::gc::count() == 1);
  made.reset();
  CHECK(walking::gc::collect() == 1);
  CHECK(pools_are_valid());
}
