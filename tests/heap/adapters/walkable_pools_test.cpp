// `generational`: young objects are in a table, old ones are found by walking the pools.

#include "support/mortal.hpp"
#include "support/own_heap.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <thread>
#include <vector>

using memory = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;
using on_system = ouro::memory<ouro::local_refcount, ouro::generational, ouro::system_allocator>;
using gc = memory::gc;

namespace {

using node = ouro::test::basic_mortal<memory>;

struct alignas(32) wide {
  memory::ptr<wide> next;
  void trace(auto&& visit) { visit(next); }
};

struct large {
  memory::ptr<large> next;
  std::byte rest[2000];
  void trace(auto&& visit) { visit(next); }
};

struct row {
  memory::ptr<row[]> next;
};

[[nodiscard]] std::size_t in_tables() {
  auto& candidates = ouro::generational::current<ouro::local_refcount>().candidates();
  return candidates.young().size() + candidates.old().size();
}

}  // namespace

TEST_CASE_FIXTURE(ouro::test::own_heap<memory>,
                  "walkable_pools: an old object is in no table, and is found when it is garbage") {
  node::log.clear();
  std::vector<memory::ptr<node>> all;
  for (int i = 0; i != 1000; ++i) all.push_back(memory::make<node>('o'));
  CHECK(in_tables() == 1000);
  CHECK(gc::collect(0) == 0);
  CHECK(in_tables() == 0);
  CHECK(gc::count(0) == 0);
  CHECK(gc::count(1) == 1000);
  CHECK(gc::objects(1).size() == 1000);

  // A ring of old objects and a young one.
  for (std::size_t i = 0; i != 10; ++i) all[i]->left = all[(i + 1) % 10];
  all[3]->right = memory::make<node>('n');
  all[3]->right->left = all[3];
  all.erase(all.begin(), all.begin() + 10);
  CHECK(gc::collect(0) == 0);
  CHECK(gc::collect() == 11);
  CHECK(node::log.size() == 11);
  CHECK(gc::count() == 990);
  all.clear();
  CHECK(gc::count() == 0);
  CHECK(node::alive == 0);
}

TEST_CASE_FIXTURE(ouro::test::own_heap<memory>,
                  "walkable_pools: objects that lie in no walkable pool stay in the table") {
  const auto aligned = memory::make<wide>();
  const auto big = memory::make<large>();
  const auto array = memory::make<row[]>(3);
  const auto elsewhere = on_system::make<ouro::test::basic_mortal<on_system>>('e');
  const auto walked = memory::make<node>('w');
  gc::collect();
  CHECK(in_tables() == 4);
  CHECK(gc::count(1) == 5);
  {
    const auto looped = memory::make<large>();
    looped->next = looped;
    gc::collect(0);
    CHECK(in_tables() == 5);
  }
  CHECK(gc::collect() == 1);
}

TEST_CASE_FIXTURE(ouro::test::own_heap<memory>,
                  "walkable_pools: frozen objects are not collected, and unfrozen ones are") {
  {
    const auto ring = memory::make<node>('f');
    ring->left = ring;
    gc::collect();
    gc::freeze();
  }
  CHECK(gc::frozen_count() == 1);
  CHECK(gc::collect() == 0);
  gc::unfreeze();
  CHECK(gc::collect() == 1);
}

TEST_CASE_FIXTURE(ouro::test::own_heap<memory>,
                  "walkable_pools: garbage that was kept, or resurrected by a finalizer, is found again") {
  using finalized = ouro::test::basic_finalized<memory>;
  memory::ptr<finalized> saved;
  {
    const auto ring = memory::make<finalized>('r');
    ring->peer = ring;
    ring->at_finalization = [&saved, raw = ring.get()] { saved = memory::from_this(raw); };
    gc::collect();
  }
  CHECK(gc::collect() == 0);
  REQUIRE(saved != nullptr);
  CHECK(gc::count(1) == 1);
  saved->at_finalization = {};
  saved.reset();
  gc::set_debug(ouro::gc_debug::saveall);
  CHECK(gc::collect() == 1);
  CHECK(gc::garbage().size() == 1);
  CHECK(in_tables() == 0);
  gc::set_debug(ouro::gc_debug::none);
  gc::clear_garbage();
  CHECK(gc::collect() == 1);
  CHECK(gc::count() == 0);
}

TEST_CASE("walkable_pools: a thread does not see objects of an ended thread whose pools it uses") {
  memory::ptr<node>* left = nullptr;
  std::thread{[&] {
    left = new memory::ptr<node>{memory::make<node>('l')};
    gc::collect();
    CHECK(gc::count(1) == 1);
  }}.join();
  std::thread{[&] {
    const auto own = memory::make<node>('o');
    REQUIRE(ouro::detail::arena::of(own.get())->owner == ouro::detail::arena::of(left->get())->owner);
    gc::collect();
    CHECK(gc::objects(1).size() == 1);
    CHECK(gc::objects(1)[0] == own);
  }}.join();
  node::alive -= 1;
  // In a checked build no thread may drop it any more: it stays until the process ends.
  static memory::ptr<node>* const stays = left;
  CHECK(stays != nullptr);
}
