// Containers are copied while the allocation for the copy collects garbage, whose destructors change the original.

#include "support/failing_allocator.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <utility>

using ouro::test::failing_allocator;

namespace {

using memory = ouro::memory<ouro::local_refcount, ouro::trial_deletion, failing_allocator>;
using text = memory::ptr<std::string>;

struct node {
  ~node() {
    if (at_end) at_end();
  }
  void trace(auto&& visit) { visit(self); }

  memory::ptr<node> self;
  std::function<void()> at_end;
};

/// Has the next allocation fail, so that an emergency collection of the private heap calls `at_end` once.
void collect_in_next_allocation(std::function<void()> at_end) {
  memory::gc::collect();
  const auto garbage = memory::make<node>();
  garbage->self = garbage;
  garbage->at_end = std::move(at_end);
  failing_allocator::fail_after(0);
}

text make_text() { return memory::make<std::string>(100, 'x'); }

}  // namespace

TEST_CASE("list: a copy is complete though its allocation begins a collection that changes the original") {
  memory::heap apart;
  const memory::heap::scope in{apart};
  using list = ouro::list<text, memory>;
  list original{make_text(), make_text(), make_text()};
  SUBCASE("clears it") {
    collect_in_next_allocation([&original] { original.clear(); });
    const list copied = original;
    CHECK(copied.empty());
  }
  SUBCASE("has it grow") {
    collect_in_next_allocation([&original] {
      for (int i = 0; i != 10; ++i) original.push_back(make_text());
    });
    const list copied = original;
    CHECK(copied == original);
    CHECK(copied.size() == 13);
  }
}

TEST_CASE("dict: a copy is complete though its allocation begins a collection that changes the original") {
  memory::heap apart;
  const memory::heap::scope in{apart};
  using dict = ouro::dict<int, text, memory>;
  dict original{{1, make_text()}, {2, make_text()}, {3, make_text()}};
  SUBCASE("clears it") {
    collect_in_next_allocation([&original] { original.clear(); });
    const dict copied = original;
    CHECK(copied.empty());
  }
  SUBCASE("has it grow") {
    collect_in_next_allocation([&original] {
      for (int i = 0; i != 100; ++i) original[i] = make_text();
    });
    const dict copied = original;
    CHECK(copied == original);
    CHECK(copied.size() == 100);
  }
}
