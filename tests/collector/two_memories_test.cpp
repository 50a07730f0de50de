#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <any>
#include <functional>
#include <memory>

using ouro::test::counted;

namespace {

using here = ouro::default_memory;
using there = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>;

struct remote;

struct near : counted<near> {
  void trace(auto&& visit) { visit(self, other); }

  here::ptr<near> self;
  there::ptr<remote> other;
};

struct remote : counted<remote> {
  void trace(auto&& visit) { visit(self, other); }

  there::ptr<remote> self;
  here::ptr<near> other;
};

/// Its members hide pointers from the collector.
struct hiding : counted<hiding> {
  void trace(auto&& visit) { visit(next); }

  ouro::ptr<hiding> next;
  std::function<void()> function;
  std::any any;
  std::shared_ptr<ouro::ptr<hiding>> shared;
};

}  // namespace

TEST_CASE("two memories: a cycle through both is never collected, its edges count as external references (trap 90)") {
  near* left = nullptr;
  {
    const auto first = here::make<near>();
    left = first.get();
    first->other = there::make<remote>();
    first->other->other = first;
    first->self = first;
    first->other->self = first->other;
  }
  CHECK(here::gc::collect() == 0);
  CHECK(there::gc::collect() == 0);
  CHECK(near::alive == 1);
  CHECK(remote::alive == 1);
  // When the program resets one edge, the two halves become garbage one after the other.
  left->other->other.reset();
  CHECK(here::gc::collect() == 1);
  CHECK(there::gc::collect() == 1);
  CHECK(near::alive == 0);
  CHECK(remote::alive == 0);
}

TEST_CASE("hidden edges: std::function, std::any and std::shared_ptr members keep cycles alive (trap 48)") {
  hiding* raw[3] = {};
  for (int way = 0; way != 3; ++way) {
    const auto object = ouro::make<hiding>();
    raw[way] = object.get();
    object->next = object;
    if (way == 0) object->function = [object] { static_cast<void>(object); };
    if (way == 1) object->any = object;
    if (way == 2) object->shared = std::make_shared<ouro::ptr<hiding>>(object);
  }
  CHECK(ouro::gc::collect() == 0);
  CHECK(hiding::alive == 3);
  raw[0]->function = nullptr;
  raw[1]->any.reset();
  raw[2]->shared.reset();
  CHECK(ouro::gc::collect() == 3);
  CHECK(hiding::alive == 0);
}
