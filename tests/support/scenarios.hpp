#pragma once
/// \file
/// What programs do with managed objects, as functions over a bundle of policies: each runs under every combination,
/// and with each of its allocations failed.

#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ouro::test {

/// Thrown when a scenario does not see what it should.
struct broken_promise : std::logic_error {
  using std::logic_error::logic_error;
};

inline void expect(bool holds, const char* what) {
  if (!holds) throw broken_promise{what};
}

template <class Memory>
struct scenario_node : counted<scenario_node<Memory>> {
  scenario_node() = default;
  explicit scenario_node(int number) : value{number} {}
  scenario_node(const scenario_node& from) : counted<scenario_node>{from}, value{from.value} {}
  scenario_node& operator=(const scenario_node&) = delete;

  void trace(auto&& visit) { visit(left, right, children); }

  int value = 0;
  typename Memory::template ptr<scenario_node> left;
  typename Memory::template ptr<scenario_node> right;
  std::vector<typename Memory::template ptr<scenario_node>> children;
  typename Memory::template weak<scenario_node> parent;
};

/// Its constructor throws while it owns an object.
template <class Memory>
struct throwing_node {
  throwing_node() { throw 7; }
  void trace(auto&& visit) { visit(text); }

  typename Memory::template ptr<std::string> text = Memory::template make<std::string>(50, 'y');
};

/// Every scenario ends with all of its objects dead, whether it returns or throws.
template <class Memory>
struct scenarios {
  using node = scenario_node<Memory>;
  using pointer = typename Memory::template ptr<node>;
  using watcher = typename Memory::template weak<node>;

  static constexpr bool collects = finds_cycles<typename Memory::collector>;

  static void share_and_drop() {
    auto first = Memory::template make<node>(1);
    pointer second = first;
    expect(first.use_count() == 2 && second == first, "two pointers to one object");
    first.reset();
    expect(second.use_count() == 1 && second->value == 1, "one pointer left");
    const typename Memory::template ptr<const node> constant = second;
    const typename Memory::template ptr<void> erased = second;
    expect(second.use_count() == 3, "conversions count");
  }

  static void build_tree() {
    struct builder {
      static pointer grow(int depth, const pointer& parent) {
        auto made = Memory::template make<node>(depth);
        if (parent) made->parent = parent;
        if (depth != 0) {
          made->left = grow(depth - 1, made);
          made->right = grow(depth - 1, made);
        }
        return made;
      }
    };
    const int before = node::alive;
    auto root = builder::grow(4, nullptr);
    expect(node::alive == before + 31, "all nodes are there");
    expect(root->left->parent.lock() == root, "children know their parent");
    const auto kept = root->left->left;
    root.reset();
    expect(node::alive == before + 7, "the rest of the tree is gone");
    expect(kept->parent.expired(), "and its parents with it");
  }

  static void break_a_cycle_or_collect() {
    const int before = node::alive;
    {
      auto a = Memory::template make<node>(1);
      a->left = a;  // from here on the object would leak if the next line threw
      const cycle_cutter cut{a};
      auto b = Memory::template make<node>(2);
      b->left = a;
      a->children.push_back(b);
      a->right = Memory::template make<node>(3);
    }
    if constexpr (collects) Memory::gc::collect();
    expect(node::alive == before, "the cycle is gone");
  }

  static void make_arrays() {
    auto numbers = Memory::template make<int[]>(100);
    numbers[99] = 5;
    expect(numbers[0] == 0 && numbers[99] == 5, "elements are value-initialised");
    const auto nodes = Memory::template make<node[]>(3);
    nodes[0].left = Memory::template make<node>(7);
    nodes[2].left = nodes[0].left;
    const auto fixed = Memory::template make<std::string[2]>(std::string(40, 'x'));
    expect(fixed[1].size() == 40, "elements are copies");
  }

  static void watch() {
    int called = 0;
    auto target = Memory::template make<node>(1);
    const watcher plain{target};
    const watcher calling{target, [&called] { ++called; }};
    expect(plain.lock() == target && called == 0, "alive");
    target.reset();
    expect(plain.expired() && calling.expired() && called == 1, "expired, and told");
  }

  static void throw_in_constructor() {
    try {
      Memory::template make<throwing_node<Memory>>();
      expect(false, "the constructor throws");
    } catch (int) {
    }
  }

 private:
  /// Without a collector a cycle has to be cut by hand, also when an exception passes.
  class cycle_cutter {
   public:
    explicit cycle_cutter(const pointer& at) : at_{at} {}
    cycle_cutter(const cycle_cutter&) = delete;
    cycle_cutter& operator=(const cycle_cutter&) = delete;
    ~cycle_cutter() {
      if constexpr (!collects) at_->left.reset(), at_->children.clear();
    }

   private:
    pointer at_;
  };
};

template <class Memory>
inline constexpr void (*all_scenarios[])() = {
    &scenarios<Memory>::share_and_drop, &scenarios<Memory>::build_tree, &scenarios<Memory>::break_a_cycle_or_collect,
    &scenarios<Memory>::make_arrays,    &scenarios<Memory>::watch,      &scenarios<Memory>::throw_in_constructor};

}  // namespace ouro::test
