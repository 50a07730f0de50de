#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <utility>
#include <vector>

// Run with a stack of 8 MiB, which a recursive destructor would exhaust.

namespace {

constexpr int nodes = ouro::has_asan ? 500'000 : 10'000'000;

struct node : ouro::test::counted<node> {
  explicit node(ouro::ptr<node> after) : next{std::move(after)} {}
  void trace(auto&& visit) { visit(next); }

  ouro::ptr<node> next;
};

struct finalized {
  static inline int finalizers = 0;
  explicit finalized(ouro::ptr<finalized> after) : next{std::move(after)} {}
  void finalize() {
    ++finalizers;
    next.reset();  // dies from within the finalizer
  }
  void trace(auto&& visit) { visit(next); }

  ouro::ptr<finalized> next;
};

struct counted : ouro::test::counted<counted> {
  using memory = ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::system_allocator>;
  explicit counted(memory::ptr<counted> after) : next{std::move(after)} {}

  memory::ptr<counted> next;
};

}  // namespace

TEST_CASE("deep: a list is dropped in constant stack (trap 47)") {
  ouro::ptr<node> list;
  for (int i = 0; i != nodes; ++i) list = ouro::make<node>(std::move(list));
  CHECK(node::alive == nodes);
  list.reset();
  CHECK(node::alive == 0);
}

TEST_CASE("deep: a ring is collected in constant stack (trap 47)") {
  {
    const auto first = ouro::make<node>(nullptr);
    auto last = first;
    for (int i = 1; i != nodes; ++i) last = last->next = ouro::make<node>(nullptr);
    last->next = first;
  }
  CHECK(node::alive == nodes);
  CHECK(ouro::gc::collect() == std::size_t{nodes});
  CHECK(node::alive == 0);
}

TEST_CASE("deep: a list without a collector, shared between threads, is dropped in constant stack") {
  constexpr int length = nodes / 10;
  counted::memory::ptr<counted> list;
  for (int i = 0; i != length; ++i) list = counted::memory::make<counted>(std::move(list));
  list.reset();
  CHECK(counted::alive == 0);
}

TEST_CASE("deep: finalizers that drop the next object run in constant stack") {
  constexpr int length = nodes / 10;
  ouro::ptr<finalized> list;
  for (int i = 0; i != length; ++i) list = ouro::make<finalized>(std::move(list));
  list.reset();
  CHECK(finalized::finalizers == length);
  CHECK(ouro::gc::count() == 0);
}

TEST_CASE("deep: weak pointers along a list expire one by one, each before its object's destructor") {
  constexpr int length = 100'000;
  int called = 0;
  ouro::ptr<node> list;
  std::vector<ouro::weak<node>> watchers;
  for (int i = 0; i != length; ++i) {
    list = ouro::make<node>(std::move(list));
    watchers.emplace_back(list, [&called] { ++called; });
  }
  list.reset();
  CHECK(called == length);
  for (const auto& each : watchers) REQUIRE(each.expired());
}
