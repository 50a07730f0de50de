// Random graphs: a structure leaves if and only if no pointer from outside leads into it.

#include "island/nodes.hpp"
#include "support/gc_settings.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <utility>
#include <vector>

using namespace ouro::test;

namespace {

using walking = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;
using uncollected = ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>;

template <class Memory>
struct vertex : counted<vertex<Memory>, std::atomic<int>> {
  explicit vertex(std::size_t of) : number{of} {}
  void trace(auto&& visit) { visit(edges, weak_edges, name); }

  std::vector<typename Memory::template ptr<vertex>> edges;
  std::vector<typename Memory::template weak<vertex>> weak_edges;
  ouro::interned_string name;
  std::size_t number;
};

/// A graph beside the description of it that decides what must happen.
template <class Memory>
class random_graph {
  using pointer = typename Memory::template ptr<vertex<Memory>>;

 public:
  random_graph(std::mt19937& random, std::size_t vertices) : random_{random}, edges_(vertices), weak_edges_(vertices) {
    for (std::size_t i = 0; i != vertices; ++i) {
      held_.push_back(Memory::template make<vertex<Memory>>(i));
      held_[i]->name = ouro::interned_string{"vertex " + std::to_string(below(5))};
    }
    for (std::size_t i = below(3 * vertices); i != 0; --i) {
      std::size_t from = below(vertices);
      std::size_t to = below(vertices);
      if constexpr (!ouro::finds_cycles<typename Memory::collector>) {
        if (from == to) continue;  // cycles would leak
        if (from > to) std::swap(from, to);
      }
      held_[from]->edges.push_back(held_[to]);
      edges_[from].push_back(to);
    }
    for (std::size_t i = below(vertices); i != 0; --i) {
      const std::size_t from = below(vertices);
      const std::size_t to = below(vertices);
      held_[from]->weak_edges.push_back(held_[to]);
      weak_edges_[from].push_back(to);
    }
    // Variables hold few of them; the others live as long as edges lead to them.
    for (std::size_t i = 0; i != vertices; ++i) {
      if (i != 0 && below(6) != 0) held_[i].reset();
    }
    if (below(2) == 0) {
      Memory::gc::collect();
      has_collected_ = ouro::finds_cycles<typename Memory::collector>;
    }
  }

  /// The vertices that the first one reaches.
  [[nodiscard]] std::set<std::size_t> structure() const { return reached({0}); }

  [[nodiscard]] std::set<std::size_t> reached(std::vector<std::size_t> open) const {
    std::set<std::size_t> found{open.begin(), open.end()};
    while (!open.empty()) {
      const std::size_t at = open.back();
      open.pop_back();
      for (const std::size_t to : edges_[at]) {
        if (found.insert(to).second) open.push_back(to);
      }
    }
    return found;
  }

  /// Whether no variable but the first one's, and no edge of a vertex outside that is there, leads into the structure.
  [[nodiscard]] bool is_closed() const {
    const std::set<std::size_t> inside = structure();
    for (std::size_t i = 1; i != held_.size(); ++i) {
      if (held_[i] != nullptr && inside.contains(i)) return false;
    }
    for (const std::size_t from : living()) {
      if (inside.contains(from)) continue;
      for (const std::size_t to : edges_[from]) {
        if (inside.contains(to)) return false;
      }
    }
    return true;
  }

  /// Those that were not destroyed: garbage cycles are there until they are collected.
  [[nodiscard]] std::set<std::size_t> living() const {
    if (has_collected_) {
      std::vector<std::size_t> held;
      for (std::size_t i = 0; i != held_.size(); ++i) {
        if (held_[i] != nullptr) held.push_back(i);
      }
      return reached(held);
    }
    std::vector<std::size_t> pointers(edges_.size());
    for (std::size_t i = 0; i != edges_.size(); ++i) {
      pointers[i] += held_[i] != nullptr ? 1 : 0;
      for (const std::size_t to : edges_[i]) ++pointers[to];
    }
    std::set<std::size_t> alive;
    std::vector<std::size_t> dead;
    for (std::size_t i = 0; i != edges_.size(); ++i) {
      alive.insert(i);
      if (pointers[i] == 0) dead.push_back(i);
    }
    while (!dead.empty()) {
      const std::size_t at = dead.back();
      dead.pop_back();
      alive.erase(at);
      for (const std::size_t to : edges_[at]) {
        if (--pointers[to] == 0) dead.push_back(to);
      }
    }
    return alive;
  }

  [[nodiscard]] pointer& root() { return held_[0]; }

  /// Whether what `root` leads to is what is known of it, in its own heap or in another one.
  void check(const pointer& root, bool has_left) const {
    std::set<const void*> seen;
    std::vector<const vertex<Memory>*> open{root.get()};
    std::size_t vertices = 0;
    const std::set<std::size_t> inside = structure();
    while (!open.empty()) {
      const auto* const at = open.back();
      open.pop_back();
      if (!seen.insert(at).second) continue;
      ++vertices;
      REQUIRE(inside.contains(at->number));
      REQUIRE(at->edges.size() == edges_[at->number].size());
      for (std::size_t i = 0; i != at->edges.size(); ++i) {
        REQUIRE(at->edges[i]->number == edges_[at->number][i]);
        open.push_back(at->edges[i].get());
      }
      for (std::size_t i = 0; i != at->weak_edges.size(); ++i) {
        const std::size_t to = weak_edges_[at->number][i];
        const auto locked = at->weak_edges[i].lock();
        if (has_left || inside.contains(to)) REQUIRE((locked != nullptr) == inside.contains(to));
        if (locked != nullptr) REQUIRE(locked->number == to);
      }
      REQUIRE(ouro::interned_string{at->name.view()} == at->name);
    }
    REQUIRE(vertices == inside.size());
  }

  /// The counts of all, in their order.
  [[nodiscard]] std::map<const void*, long> counts() const {
    std::map<const void*, long> found;
    std::vector<const pointer*> open;
    for (const pointer& each : held_) open.push_back(&each);
    while (!open.empty()) {
      const pointer& at = *open.back();
      open.pop_back();
      if (at == nullptr || !found.emplace(at.get(), at.use_count()).second) continue;
      for (const pointer& each : at->edges) open.push_back(&each);
    }
    return found;
  }

 private:
  [[nodiscard]] std::size_t below(std::size_t most) {
    return std::uniform_int_distribution<std::size_t>{0, most - 1}(random_);
  }

  std::mt19937& random_;
  std::vector<std::vector<std::size_t>> edges_;
  std::vector<std::vector<std::size_t>> weak_edges_;
  std::vector<pointer> held_;
  bool has_collected_ = false;
};

}  // namespace

TEST_CASE_TEMPLATE("island: a random structure leaves if and only if it is closed", Memory, ouro::default_memory,
                   walking, uncollected) {
  const std::uint32_t seed = 20;
  CAPTURE(seed);
  std::mt19937 random{seed};
  int left = 0;
  int stayed = 0;
  for (int round = 0; round != 600; ++round) {
    CAPTURE(round);
    // In a heap of its own, so that what is left of one round holds nothing in the next one.
    typename Memory::heap from;
    typename Memory::template island<vertex<Memory>> gone;
    std::optional<random_graph<Memory>> graph;
    {
      const typename Memory::heap::scope in{from};
      graph.emplace(random, 1 + random() % 12);
      const bool is_closed = graph->is_closed();
      const auto counts = graph->counts();
      gone = Memory::heap::current().try_detach(std::move(graph->root()));
      REQUIRE(static_cast<bool>(gone) == is_closed);
      if (!gone) {
        ++stayed;
        REQUIRE(graph->counts() == counts);
        graph->check(graph->root(), false);
      }
    }
    if (gone) {
      ++left;
      if (round % 3 == 0) {
        elsewhere([&] { graph->check(std::move(gone).open(), true); });
      } else {
        typename Memory::heap to;
        const typename Memory::heap::scope in{to};
        const auto here = std::move(gone).open();
        graph->check(here, true);
        Memory::gc::collect();
        graph->check(here, true);
        REQUIRE(ouro::detail::weak_table<ouro::local_refcount>::is_valid());
      }
    }
    const typename Memory::heap::scope in{from};
    graph.reset();
  }
  CHECK(left > 100);
  CHECK(stayed > 100);
  CHECK(vertex<Memory>::alive == 0);
}
