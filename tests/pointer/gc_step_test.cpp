// Collections in slices.

#include "support/counted.hpp"
#include "support/gc_settings.hpp"
#include "support/ring.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

using ouro::gc;
using ouro::make;
using ouro::ptr;
using ouro::test::counted;

namespace {

struct node : counted<node> {
  void trace(auto&& visit) { visit(next, other); }

  ptr<node> next;
  ptr<node> other;
};

struct steps_in_its_end {
  static inline std::size_t found = 99;
  ~steps_in_its_end() { found = gc::step(1000); }
};

ptr<node> make_ring(int length) { return ouro::test::make_ring(length, &node::next); }

/// While it lives, no collection begins by itself.
struct by_hand : ouro::test::none_left<node>, ouro::test::explicit_collections<> {};

}  // namespace

TEST_CASE("gc::step: examines less than twice its budget, and goes on where it stopped") {
  const by_hand here;
  for (int i = 0; i != 100; ++i) make_ring(10);
  CHECK(node::alive == 1000);
  int steps = 0;
  while (node::alive != 0) {
    const auto before = gc::stats();
    const int alive = node::alive;
    CHECK(gc::step(50) == 50);
    CHECK(node::alive == alive - 50);
    CHECK(gc::stats().examined - before.examined < 100);
    REQUIRE(++steps <= 20);
  }
  CHECK(gc::step(50) == 0);
}

TEST_CASE("gc::step: begins anew after a collection") {
  const by_hand here;
  for (int i = 0; i != 30; ++i) make_ring(10);
  CHECK(gc::step(100) == 100);
  gc::collect();
  CHECK(node::alive == 0);
  for (int i = 0; i != 20; ++i) make_ring(10);
  CHECK(gc::step(200) == 200);
}

TEST_CASE("gc::step: the floating garbage is bounded, however long the program runs") {
  const by_hand here;
  std::vector<ptr<node>> living;
  int most = 0;
  for (int frame = 0; frame != 500; ++frame) {
    for (int i = 0; i != 10; ++i) make_ring(5);
    living.push_back(make_ring(3));
    if (living.size() > 20) living.erase(living.begin());
    gc::step(200);
    most = std::max(most, node::alive - static_cast<int>(living.size()) * 3);
  }
  // Each frame makes 53 objects and examines 200: so all candidates are examined in the frame in which they become
  // candidates, old ones, which have lived for 20 frames, after the young.
  CHECK(most <= 53);
  const auto living_nodes = static_cast<int>(living.size()) * 3;
  gc::collect();
  CHECK(node::alive == living_nodes);
  living.clear();
}

TEST_CASE("gc::step: finds objects that grew old before they became garbage") {
  const by_hand here;
  std::vector<ptr<node>> living;
  for (int i = 0; i != 100; ++i) living.push_back(make_ring(10));
  gc::collect();
  CHECK(gc::count() == 0);
  for (std::size_t i = 0; i != 100; i += 2) living[i].reset();
  CHECK(gc::count(1) == 50);
  int steps = 0;
  while (gc::count() != 0) {
    const auto before = gc::stats();
    gc::step(50);
    CHECK(gc::stats().examined - before.examined < 100);
    REQUIRE(++steps <= 11);
  }
  CHECK(node::alive == 500);
  living.clear();
}

TEST_CASE("gc::step: old candidates that reach too many objects remain, and do not hold others up") {
  const by_hand here;
  auto large = make_ring(1000);
  gc::collect();
  std::vector<ptr<node>> pointers;
  for (const node* at = large->next.get(); pointers.size() != 5; at = at->next.get()) pointers.push_back(at->next);
  pointers.clear();
  large.reset();
  CHECK(gc::count(1) == 6);
  for (int i = 0; i != 40; ++i) {
    make_ring(5);
    gc::step(100);
  }
  CHECK(node::alive <= 1000 + 6 * 5);  // each of the six takes one step in a round
  CHECK(gc::count(1) == 6);
  CHECK(gc::collect() >= 1000);
}

TEST_CASE("gc::step_for, gc::drain_for: end when all is done, or when the time is over") {
  const by_hand here;
  for (int i = 0; i != 1000; ++i) make_ring(10);
  const auto before = gc::stats();
  CHECK(gc::step_for(0) >= 512);
  CHECK(gc::stats().examined - before.examined < 1024);
  CHECK(gc::step_for(60'000'000'000) > 8000);
  CHECK(node::alive == 0);
  CHECK(gc::step_for(60'000'000'000) == 0);

  const gc::deferred_drops here_too;
  for (int i = 0; i != 2000; ++i) make<node>().reset();
  CHECK(node::alive == 2000);
  CHECK(gc::drain_for(0) == 512);
  CHECK(gc::drain_for(60'000'000'000) == 2000 - 512);
  CHECK(gc::drain_for(60'000'000'000) == 0);
}

TEST_CASE("gc::step: garbage larger than the budget is left unchanged for a collection") {
  const by_hand here;
  make_ring(1000);
  auto held = make_ring(1000);
  {
    const auto candidate = held;
  }
  make_ring(5);
  for (int i = 0; i != 30; ++i) gc::step(100);
  CHECK(node::alive == 2000);
  CHECK(held.use_count() == 2);
  CHECK(gc::collect() == 1000);
  held->next = nullptr;
}

TEST_CASE("gc::step: live objects keep their counts, and become old") {
  const by_hand here;
  const auto held = make_ring(4);
  held->other = held->next;
  {
    const auto candidate = held->next;
  }
  CHECK(gc::count(0) == 4);
  CHECK(gc::step(1000) == 0);
  CHECK(held.use_count() == 2);
  CHECK(held->next.use_count() == 2);
  CHECK(gc::count(0) == 0);
  CHECK(gc::step(1000) == 0);
  held->next = nullptr;
  held->other = nullptr;
}

TEST_CASE("gc::step: does nothing inside a collection or a destructor") {
  const by_hand here;
  make_ring(3);
  make<steps_in_its_end>().reset();
  CHECK(steps_in_its_end::found == 0);
  CHECK(gc::step(1000) == 3);
}
