#include "support/counted.hpp"
#include "support/gc_settings.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

using ouro::test::counted;
using ouro::test::explicit_collections;

namespace {

struct shape : counted<shape> {
  shape() = default;
  shape(const shape&) = delete;
  shape& operator=(const shape&) = delete;
  virtual ~shape() = default;
  virtual void trace(ouro::edge_visitor& visit) { visit(parent); }

  ouro::ptr<shape> parent;
};

struct group final : shape {
  void trace(ouro::edge_visitor& visit) override {
    shape::trace(visit);
    visit(children, favourite);
  }

  std::vector<ouro::ptr<shape>> children;
  std::optional<ouro::ptr<shape>> favourite;
};

/// Owns a shape that it knows by its base class.
struct frame : counted<frame> {
  void trace(auto&& visit) { visit(content, next); }

  std::unique_ptr<shape> content;
  ouro::ptr<frame> next;
};

struct fixture : ouro::test::none_left<shape>, ouro::test::none_left<frame>, explicit_collections<> {};

/// A class whose virtual trace meets classes with a trace that is a template, and the reverse.
struct inner {
  void trace(auto&& visit) { visit(edges); }
  std::vector<ouro::ptr<shape>> edges;
};
struct outer final : shape {
  void trace(ouro::edge_visitor& visit) override { visit(ouro::base<shape>(*this), parts); }
  std::variant<int, std::vector<inner>> parts;
};

/// A chain in which each link owns the next, with traces that are no templates.
struct link : counted<link> {
  link() = default;
  link(const link&) = delete;
  link& operator=(const link&) = delete;
  ~link() {
    while (next != nullptr) next = std::move(next->next);
  }
  void trace(ouro::edge_visitor& visit) { visit(next, edge); }

  std::unique_ptr<link> next;
  ouro::ptr<link> edge;
};

struct plain {
  ouro::ptr<shape> first;
};
struct of_plain : plain {
  void trace(auto&& visit) { visit(ouro::base<plain>(*this), second); }
  ouro::ptr<shape> second;
};
struct of_inner : inner, counted<of_inner> {
  void trace(auto&& visit) { visit(ouro::base<inner>(*this), own); }
  ouro::ptr<of_inner> own;
};
struct holder : counted<holder> {
  void trace(auto&& visit) { visit(part, self); }
  of_plain part;
  ouro::ptr<holder> self;
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "edge_visitor: a hierarchy with a virtual trace shows the edges of the whole object") {
  {
    const auto whole = ouro::make<group>();
    whole->children.push_back(whole);
    whole->favourite = whole;
    whole->parent = ouro::make<shape>();
    whole->parent->parent = whole;
  }
  CHECK(shape::alive == 2);
  CHECK(ouro::gc::collect() == 2);
  CHECK(shape::alive == 0);
}

TEST_CASE_FIXTURE(fixture, "edge_visitor: a unique_ptr to a base shows what the derived object holds") {
  {
    const auto first = ouro::make<frame>();
    auto content = std::make_unique<group>();
    auto kept = ouro::make<group>();
    kept->parent = kept;
    content->children.push_back(kept);
    first->content = std::move(content);
    first->next = first;
  }
  CHECK(shape::alive == 2);
  CHECK(ouro::gc::collect() == 2);
  CHECK(frame::alive == 0);
}

TEST_CASE_FIXTURE(fixture, "edge_visitor: what is held from outside stays, with each of its edges") {
  const auto root = ouro::make<group>();
  root->children.assign(3, ouro::make<shape>());
  root->children[0]->parent = root;
  CHECK(root.use_count() == 2);
  CHECK(ouro::gc::collect() == 0);
  CHECK(root.use_count() == 2);
  CHECK(root->children[0].use_count() == 3);
  root->children[0]->parent = nullptr;
}

TEST_CASE_FIXTURE(fixture, "edge_visitor: meets and is met by traces that are templates") {
  {
    const auto whole = ouro::make<outer>();
    std::vector<inner> parts(2);
    parts[1].edges.push_back(whole);
    whole->parts = std::move(parts);
    whole->parent = whole;
  }
  CHECK(ouro::gc::collect() == 1);
}

TEST_CASE_FIXTURE(fixture, "edge_visitor: a chain of parts uses constant stack") {
  constexpr int length = 200'000;
  {
    const auto first = ouro::make<link>();
    link* last = first.get();
    for (int i = 0; i != length; ++i) {
      last->next = std::make_unique<link>();
      last = last->next.get();
    }
    last->edge = first;
  }
  CHECK(link::alive == length + 1);
  CHECK(ouro::gc::collect() == 1);
  CHECK(link::alive == 0);
}

TEST_CASE_FIXTURE(fixture, "edge_visitor: deep_size_of follows the edges that it shows") {
  const auto root = ouro::make<group>();
  root->children.push_back(ouro::make<group>());
  root->children[0]->parent = ouro::make<shape>();
  CHECK(ouro::deep_size_of(root) == 2 * ouro::size_of(root) + ouro::size_of(root->children[0]->parent));
}

TEST_CASE_FIXTURE(fixture, "edge_visitor: base() takes an aggregate, a template's trace and a virtual one") {
  {
    const auto object = ouro::make<of_inner>();
    object->own = object;
    object->edges.push_back(ouro::make<outer>());
  }
  CHECK(of_inner::alive == 1);
  CHECK(ouro::gc::collect() == 2);
  CHECK(of_inner::alive == 0);
  {
    const auto object = ouro::make<holder>();
    const auto whole = ouro::make<group>();
    object->part.first = whole;
    object->part.second = whole;
    object->self = object;
    whole->parent = whole;
  }
  CHECK(ouro::gc::collect() == 2);
  CHECK(holder::alive == 0);
}
