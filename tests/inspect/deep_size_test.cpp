#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

using ouro::deep_size_of;
using ouro::make;
using ouro::ptr;
using ouro::size_of;

namespace {

struct node {
  ptr<node> left;
  ptr<node> right;
  ptr<std::string> text;  // its type holds no edges
};

struct base {
  virtual ~base() = default;
  void trace(auto&&) {}
};
struct derived final : base {
  ptr<node> held;
  void trace(auto&& visit) { visit(held); }
};

}  // namespace

TEST_CASE("deep_size_of: counts each object that is reached once") {
  const auto root = make<node>();
  CHECK(deep_size_of(ptr<node>{}) == 0);
  CHECK(deep_size_of(root) == size_of(root));
  root->left = make<node>();
  root->right = root->left;
  root->left->left = root;
  root->text = make<std::string>("text");
  root->left->text = root->text;
  CHECK(deep_size_of(root) == 2 * size_of(root) + size_of(root->text));
  CHECK(deep_size_of(root->left) == deep_size_of(root));
  root->left->left = nullptr;
}

TEST_CASE("deep_size_of: follows arrays, containers, and edges that only a trace shows") {
  const auto leaf = make<node>();
  const auto array = make<ptr<node>[]>(3, leaf);
  CHECK(deep_size_of(array) == size_of(array) + size_of(leaf));
  const auto many = make<std::vector<ptr<node>>>(5, leaf);
  CHECK(deep_size_of(many) == size_of(many) + size_of(leaf));
  const auto fixed = make<ouro::frozen_list<ptr<node>>>(ouro::frozen_list<ptr<node>>{leaf, leaf});
  CHECK(deep_size_of(fixed) == size_of(fixed) + size_of(fixed->block()) + size_of(leaf));
  const auto made_as = make<derived>();
  made_as->held = leaf;
  const ptr<base> seen_as = made_as;
  CHECK(deep_size_of(seen_as) == size_of(made_as) + size_of(leaf));
}

TEST_CASE("deep_size_of: takes the size of a list of a million nodes without recursion (trap 47)") {
  ptr<node> list;
  for (int i = 0; i != 1'000'000; ++i) list = make<node>(std::move(list));
  CHECK(deep_size_of(list) == 1'000'000 * size_of(list));
}

namespace {

/// Only its trace shows its edges.
struct open {
  virtual ~open() = default;
  void trace(auto&& visit) { visit(left, right); }

  ptr<open> left;
  ptr<open> right;
};

}  // namespace

TEST_CASE("deep_size_of: an edge that a trace reports twice is counted once") {
  const auto object = make<open>();
  object->left = object->right = make<open>();
  CHECK(deep_size_of(object) == 2 * size_of(object));
  object->left->left = object;
  CHECK(deep_size_of(object) == 2 * size_of(object));
  object->left->left = nullptr;
}
