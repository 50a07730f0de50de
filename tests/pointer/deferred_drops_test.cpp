#include "support/counted.hpp"
#include "support/mortal.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <new>
#include <string>
#include <utility>

using ouro::gc;
using ouro::make;
using ouro::ptr;
using ouro::test::counted;

namespace {

struct node : counted<node> {
  static inline std::string order;

  explicit node(char called = 'n') : name{called} {}
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  ~node() { order += name; }
  void trace(auto&& visit) { visit(left, right); }

  char name;
  ptr<node> right;
  ptr<node> left;  // dropped before `right`
};

[[nodiscard]] ptr<node> make_list(int length) {
  ptr<node> list;
  for (int i = 0; i != length; ++i) {
    auto head = make<node>();
    head->left = std::move(list);
    list = std::move(head);
  }
  return list;
}

}  // namespace

TEST_CASE("deferred_drops: a dropped structure is destroyed in slices of the size given to drain") {
  auto list = make_list(1000);
  {
    const gc::deferred_drops here;
    const ouro::weak<node> watcher{list};
    list.reset();
    CHECK(node::alive == 1000);
    CHECK(watcher.expired());
    CHECK(gc::drain(10) == 10);
    CHECK(node::alive == 990);
    CHECK(gc::drain(0) == 0);
    CHECK(gc::drain(500) == 500);
    CHECK(node::alive == 490);
    CHECK(gc::drain() == 490);
    CHECK(gc::drain() == 0);
    list = make_list(100);
    list.reset();
  }
  CHECK(node::alive == 0);  // the end of the scope destroys all objects that waited
}

TEST_CASE("deferred_drops: objects are destroyed in the order that recursion would give") {
  const auto build = [] {
    auto a = make<node>('a');
    a->left = make<node>('b');
    a->right = make<node>('c');
    a->left->left = make<node>('d');
    a->left->right = make<node>('e');
    return a;
  };
  node::order.clear();
  build().reset();
  const std::string expected = std::exchange(node::order, {});
  const gc::deferred_drops here;
  build().reset();
  while (gc::drain(1) != 0) {
  }
  CHECK(node::order == expected);
}

TEST_CASE("deferred_drops: several dropped objects are destroyed in their order, and scopes nest") {
  node::order.clear();
  const gc::deferred_drops outer;
  {
    const gc::deferred_drops inner;
    for (const char name : {'x', 'y', 'z'}) make<node>(name).reset();
  }
  CHECK(node::order.empty());
  gc::drain();
  CHECK(node::order == "xyz");
}

TEST_CASE("deferred_drops: an object that was resurrected once is not finalized again while it waits") {
  using ouro::test::finalized;
  finalized::log.clear();
  ptr<finalized> back[3];
  for (int i = 0; i != 3; ++i) {
    auto dies = make<finalized>(static_cast<char>('a' + i));
    dies->at_finalization = [&to = back[i], raw = dies.get()] { to = ouro::managed_from_this(raw); };
    dies.reset();
  }
  CHECK(finalized::log == "ABC");
  const gc::deferred_drops here;
  auto never_came_back = make<finalized>('d');
  for (auto& each : back) each.reset();
  never_came_back.reset();
  CHECK(gc::drain(2) == 2);
  CHECK(finalized::log == "ABCab");
  gc::drain();
  CHECK(finalized::log == "ABCabcDd");
}

TEST_CASE("deferred_drops: collections work meanwhile, and what their destructors drop waits too") {
  const gc::deferred_drops here;
  {
    const auto ring = make<node>('r');
    ring->left = ring;
    ring->right = make<node>('t');
  }
  auto waiting = make_list(5);
  waiting.reset();
  CHECK(gc::collect() == 2);
  CHECK(node::alive == 5);
  gc::drain();
  CHECK(node::alive == 0);
}

TEST_CASE("deferred_drops: works without a collector, and objects without a destructor do not wait") {
  using counting = ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>;
  const counting::gc::deferred_drops here;
  const std::size_t before = ouro::pool_allocator::statistics().used_blocks;
  counting::make<long>(5).reset();
  CHECK(ouro::pool_allocator::statistics().used_blocks == before);
  counting::make<std::string>(100, 'x').reset();
  CHECK(ouro::pool_allocator::statistics().used_blocks == before + 1);
  CHECK(counting::gc::drain(1) == 1);
  CHECK(ouro::pool_allocator::statistics().used_blocks == before);
}

namespace {

/// No other test has weak pointers of this policy, so its heaps register the collector first, and the weak pointers
/// afterwards.
struct counted_apart : ouro::local_refcount {};

}  // namespace

TEST_CASE("deferred_drops: a heap at its limit destroys waiting objects and calls weak callbacks in a pause") {
  using memory = ouro::memory<counted_apart, ouro::trial_deletion, ouro::pool_allocator>;
  memory::heap apart;
  const memory::heap::scope in{apart};
  bool is_told = false;
  const memory::gc::deferred_drops deferring;
  auto dropped = memory::make<std::string>(100, 'x');
  const memory::weak<std::string> watching{dropped, [&is_told] { is_told = true; }};
  dropped.reset();
  CHECK_FALSE(is_told);
  const memory::gc::pause pausing;
  apart.set_limit(1);
  CHECK_THROWS_AS(static_cast<void>(memory::make<char[]>(std::size_t{1} << 20)), std::bad_alloc);
  CHECK(is_told);
}
