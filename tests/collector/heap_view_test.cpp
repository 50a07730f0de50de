#include "collector/quiet_heap.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>

using ouro::test::are;
using ouro::test::by_generation;
using ouro::test::by_trial;
using ouro::test::make_candidate;
using ouro::test::make_ring;
using ouro::test::node;
using ouro::test::quiet_heap;
using ouro::test::shared;

TEST_CASE_TEMPLATE("heap_view: objects(), referents() and referrers() give the objects and edges of a ring", Memory,
                   by_trial, by_generation, shared) {
  const quiet_heap<Memory> heap;
  {
    const auto ring = make_ring<Memory>(3);
    ring->right = ring->left;
    make_candidate(ring);
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

namespace {

/// Becomes a candidate in its constructor.
struct eager {
  static inline std::size_t objects_within = 99;
  static inline std::size_t destroyed_within = 99;

  eager() {
    {
      const auto self = ouro::managed_from_this<ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>(this);
    }
    objects_within = ouro::gc::objects().size();
    destroyed_within = ouro::gc::step(100);
  }
  void trace(auto&& visit) { visit(next); }

  ouro::ptr<eager> next;
};

struct holds_immutable {
  ouro::ptr<holds_immutable> next;
  ouro::frozen_list<ouro::ptr<holds_immutable>> none_of_them;
};

}  // namespace

TEST_CASE("heap_view: an object whose constructor has not returned is in no view, and no step looks at it (trap 7)") {
  const quiet_heap<by_trial> heap;
  const auto object = ouro::make<eager>();
  CHECK(eager::objects_within == 0);
  CHECK(eager::destroyed_within == 0);
  CHECK(ouro::gc::count() == 1);
  CHECK(are(ouro::gc::objects(), object));
}

TEST_CASE("heap_view: an untracked block is in no view, though a candidate leads to it") {
  const quiet_heap<by_trial> heap;
  {
    const auto object = ouro::make<holds_immutable>();
    object->none_of_them = {nullptr, nullptr};
    CHECK_FALSE(ouro::gc::is_tracked(object->none_of_them.block()));
    object->next = object;
    make_candidate(object);
    CHECK(are(ouro::gc::objects(), object));
  }
  CHECK(ouro::gc::collect() == 1);
}
