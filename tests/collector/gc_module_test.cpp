// What Python's gc module offers beside collections, under both collectors.

#include "support/child.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace {

using by_trial = ouro::default_memory;
using by_generation = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;
using shared = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>;

template <class Memory>
struct node {
  static inline int alive = 0;
  static inline int finalizers = 0;

  node() { ++alive; }
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  ~node() { --alive; }
  void finalize() { ++finalizers; }
  void trace(auto&& visit) { visit(left, right); }

  typename Memory::template ptr<node> left;
  typename Memory::template ptr<node> right;
};

template <class Memory>
auto make_ring(int length) {
  const auto first = Memory::template make<node<Memory>>();
  auto last = first;
  for (int i = 1; i != length; ++i) {
    last->left = Memory::template make<node<Memory>>();
    last = last->left;
  }
  last->left = first;
  return first;
}

/// Whether both are the same objects, in any order.
template <class Object, class... Pointers>
[[nodiscard]] bool are(const std::vector<Object>& found, const Pointers&... expected) {
  return found.size() == sizeof...(expected) &&
         ((std::ranges::count_if(found, [&](const Object& each) { return each.owner() == expected.owner(); }) == 1) &&
          ...);
}

/// Nothing of earlier tests is young or old, and collections come when they are called for.
template <class Memory>
struct quiet_heap {
  quiet_heap() {
    Memory::gc::collect();
    Memory::gc::disable();
    node<Memory>::finalizers = 0;
  }
  quiet_heap(const quiet_heap&) = delete;
  quiet_heap& operator=(const quiet_heap&) = delete;
  ~quiet_heap() {
    Memory::gc::set_debug(ouro::gc_debug::none);
    Memory::gc::enable();
    Memory::gc::collect();
    CHECK(node<Memory>::alive == 0);
  }
};

}  // namespace

TEST_CASE_TEMPLATE("gc: a collection of the young leaves garbage among the old alone", Memory, by_trial, by_generation,
                   shared) {
  const quiet_heap<Memory> heap;
  auto ring = make_ring<Memory>(3);
  {
    const auto candidate = ring;
  }
  CHECK(Memory::gc::collect(0) == 0);  // it ages
  ring.reset();
  make_ring<Memory>(2);
  CHECK(Memory::gc::collect(0) == 2);
  CHECK(node<Memory>::alive == 3);
  CHECK(Memory::gc::collect(1) == 3);
}

TEST_CASE_TEMPLATE("gc: counts, and keeps statistics, by generation", Memory, by_trial, by_generation) {
  const quiet_heap<Memory> heap;
  const auto young = Memory::gc::stats(0);
  const auto old = Memory::gc::stats(1);
  auto ring = make_ring<Memory>(1);
  {
    const auto candidate = ring;
  }
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
  CHECK(Memory::gc::stats(1).longest_pause >= old.longest_pause);
  CHECK(Memory::gc::stats(1).longest_pause > 0);
}

TEST_CASE_TEMPLATE("gc: callbacks are told the generation", Memory, by_trial, by_generation) {
  const quiet_heap<Memory> heap;
  std::vector<std::size_t> told;
  const auto listener =
      Memory::gc::callbacks().add([&](const ouro::gc_info& info) { told.push_back(info.generation); });
  Memory::gc::collect(0);
  Memory::gc::collect();
  Memory::gc::callbacks().remove(listener);
  CHECK(told == std::vector<std::size_t>{0, 0, 1, 1});
}

TEST_CASE_TEMPLATE("gc: objects, referents and referrers", Memory, by_trial, by_generation, shared) {
  const quiet_heap<Memory> heap;
  {
    const auto ring = make_ring<Memory>(3);
    ring->right = ring->left;
    {
      const auto candidate = ring;
    }
    CHECK(are(Memory::gc::objects(), ring, ring->left, ring->left->left));
    CHECK(are(Memory::gc::objects(1)));
    CHECK(are(Memory::gc::referents(ring->left), ring->left->left));
    const auto both = Memory::gc::referents(ring);
    REQUIRE(both.size() == 2);  // each edge, as Python does
    CHECK(both[0] == both[1]);
    CHECK(Memory::gc::referents(typename Memory::template ptr<node<Memory>>{}).empty());
    CHECK(are(Memory::gc::referrers(ring), ring->left->left));
    CHECK(are(Memory::gc::referrers(ring, ring->left), ring->left->left, ring));
    CHECK(are(Memory::gc::referrers(Memory::template make<node<Memory>>())));
    CHECK(ring.use_count() == 2);
  }
  CHECK(Memory::gc::collect() == 3);
}

TEST_CASE_TEMPLATE("gc: what is frozen is not looked at until it is given back", Memory, by_trial, by_generation) {
  const quiet_heap<Memory> heap;
  auto ring = make_ring<Memory>(4);
  {
    const auto candidate = ring;
  }
  CHECK(Memory::gc::frozen_count() == 0);
  Memory::gc::freeze();
  CHECK(Memory::gc::frozen_count() == 4);
  const auto tail = Memory::template make<node<Memory>>();
  ring->right = tail;
  ring.reset();
  make_ring<Memory>(2);
  const auto before = Memory::gc::stats();
  CHECK(Memory::gc::collect() == 2);
  CHECK(Memory::gc::stats().examined - before.examined <= 4);
  CHECK(node<Memory>::alive == 5);
  CHECK(tail.use_count() == 2);
  Memory::gc::unfreeze();
  CHECK(Memory::gc::frozen_count() == 0);
  CHECK(Memory::gc::collect() == 4);
  CHECK(tail.use_count() == 1);
}

TEST_CASE_TEMPLATE("gc: frozen objects die by their counts", Memory, by_trial, by_generation) {
  const quiet_heap<Memory> heap;
  auto ring = make_ring<Memory>(2);
  {
    const auto candidate = ring;
  }
  Memory::gc::freeze();
  ring->left->left = nullptr;
  ring.reset();
  CHECK(node<Memory>::alive == 0);
  CHECK(Memory::gc::frozen_count() == 0);
}

TEST_CASE_TEMPLATE("gc: set_debug(saveall) keeps what is found, finalized and whole, until it is let go", Memory,
                   by_trial, by_generation) {
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

TEST_CASE("gc: set_debug(stats) prints CPython's lines, and what is collectable") {
  const auto said = ouro::test::run_in_child([] {
    ouro::gc::set_debug(ouro::gc_debug::stats | ouro::gc_debug::collectable);
    make_ring<by_trial>(2);
    ouro::gc::collect();
  });
  CAPTURE(said.text);
  CHECK(said.text.find("gc: collecting generation 1...\ngc: objects in each generation: 2 0\n") != std::string::npos);
  CHECK(said.text.find("gc: collectable <") != std::string::npos);
  CHECK(said.text.find("gc: done, 2 unreachable, 0 uncollectable, 0.") != std::string::npos);
}
