// What builds without checks do with structures that a checked build would have reported before they leave.

#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using ouro::heap;
using ouro::make;
using ouro::ptr;
using ouro::weak;

namespace {

struct node {
  std::vector<ptr<node>> edges;
  int number = 0;
};

/// Reports its edge twice.
struct liar {
  void trace(auto&& visit) {
    visit(self);
    if (lies) visit(self);
  }
  ptr<liar> self;
  bool lies = true;
};

}  // namespace

TEST_CASE("island: a weak pointer that was dropped outside of its heap leaves no record behind") {
  heap apart;
  ptr<node> root;
  std::optional<weak<node>> outside;
  {
    const heap::scope in{apart};
    root = make<node>();
    outside = weak<node>{root};
  }
  outside.reset();  // its record is left in the table of its heap
  auto gone = apart.detach(std::move(root));
  std::thread{[&] {
    const auto here = std::move(gone).open();
    const weak<node> again{here};
    CHECK(again.lock() == here);
  }}.join();
}

TEST_CASE("island: a type whose trace was found to be wrong stays") {
  const ouro::test::unraisable_reports reports;
  auto root = make<liar>();
  root->self = root;
  root.reset();
  ouro::gc::collect();
  CHECK(reports.count == 1);
  root = make<liar>();
  root->lies = false;
  ouro::not_an_island why;
  CHECK_FALSE(heap::current().try_detach(std::move(root), &why));
  CHECK(std::string_view{why.what()}.find("its trace has reported an edge twice") != std::string_view::npos);
}

TEST_CASE("island: another thread uses all of a large island") {
  auto root = make<node>();
  for (int i = 0; i != 1000; ++i) {
    root->edges.push_back(make<node>());
    root->edges.back()->number = i;
  }
  auto gone = heap::current().detach(std::move(root));
  std::thread{[&] {
    const auto here = std::move(gone).open();
    for (int i = 0; i != 1000; ++i) CHECK(here->edges[static_cast<std::size_t>(i)]->number == i);
  }}.join();
}
