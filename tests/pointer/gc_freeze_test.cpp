#include "collector/quiet_heap.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

using ouro::test::are;
using ouro::test::by_generation;
using ouro::test::by_trial;
using ouro::test::make_candidate;
using ouro::test::make_ring;
using ouro::test::node;
using ouro::test::quiet_heap;
using ouro::test::shared;

TEST_CASE_TEMPLATE("gc::freeze: no collection looks at frozen objects until unfreeze", Memory, by_trial,
                   by_generation) {
  const quiet_heap<Memory> heap;
  auto ring = make_ring<Memory>(4);
  make_candidate(ring);
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

TEST_CASE_TEMPLATE("gc::freeze: unfreeze makes candidates of the generation that each object was in", Memory, by_trial,
                   by_generation, shared) {
  const quiet_heap<Memory> heap;
  auto old = make_ring<Memory>(1);
  Memory::gc::collect();
  make_candidate(old);
  auto young = make_ring<Memory>(1);
  make_candidate(young);
  CHECK(are(Memory::gc::objects(0), young));
  CHECK(are(Memory::gc::objects(1), old));
  const std::size_t waiting = Memory::gc::count();
  CHECK(waiting == 2);
  Memory::gc::freeze();
  Memory::gc::freeze();  // changes nothing
  CHECK(Memory::gc::frozen_count() == 2);
  CHECK(Memory::gc::count() == 0);
  CHECK(Memory::gc::objects().size() == 2);
  CHECK(Memory::gc::collect() == 0);
  Memory::gc::unfreeze();
  CHECK(are(Memory::gc::objects(0), young));
  CHECK(are(Memory::gc::objects(1), old));
  CHECK(Memory::gc::count() == waiting);
  old.reset();
  young.reset();
  CHECK(Memory::gc::collect(0) == 1);
  CHECK(Memory::gc::collect() == 1);
}

TEST_CASE("gc::freeze: an object that is dropped while frozen is a candidate after unfreeze, and not before") {
  using memory = by_trial;
  const quiet_heap<memory> heap;
  auto ring = make_ring<memory>(2);
  make_candidate(ring);
  memory::gc::freeze();
  auto second = ring->left;
  second.reset();  // it was reached, and was no candidate
  CHECK(memory::gc::count() == 0);
  CHECK(memory::gc::frozen_count() == 2);
  ring.reset();
  CHECK(memory::gc::collect() == 0);
  memory::gc::unfreeze();
  CHECK(memory::gc::count(0) == 2);
  CHECK(memory::gc::collect(0) == 2);
}

TEST_CASE_TEMPLATE("gc::freeze: no collection or destruction of other objects writes to a frozen object", Memory,
                   by_trial, by_generation) {
  using header = ouro::detail::header<ouro::local_refcount>;
  const quiet_heap<Memory> heap;
  std::vector<decltype(make_ring<Memory>(1))> frozen;
  const auto add_frozen = [&frozen] {
    for (int i = 0; i != 20; ++i) {
      frozen.push_back(Memory::template make<node<Memory>>());
      make_candidate(frozen.back());
    }
  };
  // Frozen candidates of both generations, with holes and other candidates between them.
  add_frozen();
  Memory::gc::collect();
  add_frozen();
  for (const auto& each : frozen) make_candidate(each);
  const auto gone = make_ring<Memory>(3);
  frozen[3].reset();
  frozen[22].reset();
  Memory::gc::freeze();

  const auto words = [&frozen] {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> seen;
    for (const auto& each : frozen) {
      if (each == nullptr) continue;
      const auto& at = *static_cast<const header*>(each.owner());
      seen.emplace_back(at.load_count(), at.load_info());
    }
    return seen;
  };
  frozen[0].reset();
  frozen[21].reset();
  const auto before = words();
  for (int round = 0; round != 3; ++round) {
    auto ring = make_ring<Memory>(5);
    const auto living = make_ring<Memory>(5);
    ring.reset();
    if constexpr (std::is_same_v<Memory, by_trial>) Memory::gc::step(3);
    CHECK(Memory::gc::collect(0) <= 5);
    Memory::gc::collect();
    living->left.reset();
  }
  CHECK(words() == before);
  frozen.clear();
  gone->left.reset();
}

TEST_CASE_TEMPLATE("gc::freeze: a frozen object is destroyed when its count falls to zero", Memory, by_trial,
                   by_generation) {
  const quiet_heap<Memory> heap;
  auto ring = make_ring<Memory>(2);
  make_candidate(ring);
  Memory::gc::freeze();
  ring->left->left = nullptr;
  ring.reset();
  CHECK(node<Memory>::alive == 0);
  CHECK(Memory::gc::frozen_count() == 0);
}

TEST_CASE("gc::freeze: steps pass over frozen candidates, and the end of their heap forgets them") {
  {
    ouro::heap h;
    const ouro::heap::scope in{h};
    auto first = by_trial::make<node<by_trial>>();
    make_candidate(first);
    make_ring<by_trial>(3);
    first.reset();  // leaves a hole
    ouro::gc::freeze();
    CHECK(ouro::gc::step(100) == 0);
    CHECK(ouro::gc::count() == 0);
    CHECK(ouro::gc::frozen_count() == 3);
    make_ring<by_trial>(2);
    CHECK(ouro::gc::step(100) == 2);
    CHECK(ouro::gc::frozen_count() == 3);
  }
  CHECK(node<by_trial>::alive == 3);  // the end of the heap has freed their pools without destructors
  node<by_trial>::alive = 0;
}

TEST_CASE("gc::freeze: a collection does not walk into frozen objects that garbage leads to") {
  using node = node<by_trial>;
  using gc = by_trial::gc;
  ouro::heap h;
  const ouro::heap::scope in{h};
  auto frozen = make_ring<by_trial>(2);
  make_candidate(frozen);
  gc::freeze();
  gc::collect();
  {
    const auto garbage = ouro::make<node>();
    garbage->left = garbage;
    garbage->right = frozen->left;
  }
  const std::size_t before = gc::stats().examined;
  CHECK(gc::collect() == 1);
  CHECK(gc::stats().examined == before + 1);
  CHECK(frozen->left.use_count() == 1);
  gc::unfreeze();
  frozen->left = nullptr;
  frozen.reset();
  CHECK(node::alive == 0);
}
