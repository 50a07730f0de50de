#include "collector/quiet_heap.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <type_traits>
#include <vector>

using ouro::test::are;
using ouro::test::by_generation;
using ouro::test::make_ring;
using ouro::test::node;
using ouro::test::quiet_heap;

using gc = by_generation::gc;

static_assert(ouro::tracks_all<ouro::generational> && std::is_empty_v<ouro::generational>);
static_assert(ouro::walks_pools<ouro::generational, ouro::local_refcount>);

namespace {

struct row {
  by_generation::ptr<row[]> next;
};

}  // namespace

TEST_CASE("generational: each object that may be cyclic is tracked from its constructor to its death, dropped or not") {
  const quiet_heap<by_generation> heap;
  auto first = by_generation::make<node<by_generation>>();
  const auto second = by_generation::make<node<by_generation>>();
  const auto leaf = by_generation::make<int>(1);
  CHECK(gc::count(0) == 2);
  CHECK(are(gc::objects(0), first, second));
  CHECK_FALSE(gc::is_tracked(leaf));
  first.reset();
  CHECK(are(gc::objects(), second));
}

TEST_CASE("generational: a collection makes what it finds alive old, and old objects are found in their pools") {
  const quiet_heap<by_generation> heap;
  const auto living = make_ring<by_generation>(2);
  const auto array = by_generation::make<row[]>(3);
  CHECK(gc::count(0) == 3);
  CHECK(gc::collect(0) == 0);
  CHECK(gc::count(0) == 0);
  CHECK(gc::count(1) == 3);  // an array lies in no pool that is walked: a table has it
  CHECK(are(gc::objects(1), living, living->left, array));
  living->left = nullptr;
  CHECK(gc::count(1) == 2);
}

TEST_CASE("generational: garbage is found though no count has fallen to a non-zero value since the last collection") {
  const quiet_heap<by_generation> heap;
  auto holder = by_generation::make<node<by_generation>>();
  holder->left = make_ring<by_generation>(3);
  gc::collect();
  CHECK(gc::count(0) == 0);
  holder->left.reset();
  CHECK(gc::collect(0) == 0);  // the ring is old
  CHECK(gc::collect() == 3);
  CHECK(node<by_generation>::alive == 1);
}
