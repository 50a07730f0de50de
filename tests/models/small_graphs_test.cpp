#include <models/small_graph.hpp>
#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

// An exhaustive test of the collectors on small graphs: each directed graph of up to three nodes with up to two edges
// from each node to each, each order in which its handles are dropped, and each moment of a collection. After each step
// exactly the expected objects live, each count is the number of pointers, destructors and callbacks have run once, and
// no block was freed twice. Of orders that differ only in the names of the nodes, one is tried where that saves much
// time. With OURO_TEST_NODES=4 all of them are tried, and each graph of four nodes.

namespace {

using ouro::test::collection;
using ouro::test::history;
using ouro::test::small_graph;

using orders = std::vector<std::vector<std::uint8_t>>;

bool is_long() {
  const char* const given = std::getenv("OURO_TEST_NODES");
  return given != nullptr && std::string_view{given} == "4";
}

enum class symmetry : std::uint8_t {
  kept,    ///< every order
  reduced  ///< one of those that differ only in the names of the nodes: all graphs are tried with it
};

/// Whether the nodes occur first in the order of their names.
bool is_first_of_its_kind(const std::vector<std::uint8_t>& drops) {
  int next = 0;
  return std::ranges::all_of(drops, [&](int each) { return each < next || each == next++; });
}

/// The orders in which the handles can be dropped, `handles` of each node.
orders orders_of(int nodes, int handles, symmetry wanted) {
  std::vector<std::uint8_t> drops;
  for (int i = 0; i != nodes * handles; ++i) drops.push_back(static_cast<std::uint8_t>(i / handles));
  orders all;
  do {
    if (wanted == symmetry::kept || is_first_of_its_kind(drops)) all.push_back(drops);
  } while (std::ranges::next_permutation(drops).found);
  return all;
}

std::uint64_t power(std::uint64_t base, int exponent) {
  std::uint64_t product = 1;
  for (int i = 0; i != exponent; ++i) product *= base;
  return product;
}

std::uint64_t graphs_of(int nodes, int multiplicity) {
  return power(static_cast<std::uint64_t>(multiplicity) + 1, nodes * nodes);
}

/// The number of edges of all these graphs together.
std::uint64_t edges_of(int nodes, int multiplicity) {
  return graphs_of(nodes, multiplicity) * static_cast<std::uint64_t>(nodes * nodes * multiplicity) / 2;
}

template <class Visit>
void each_graph(int nodes, int multiplicity, Visit visit) {
  const auto base = static_cast<std::uint64_t>(multiplicity) + 1;
  for (std::uint64_t number = 0; number != graphs_of(nodes, multiplicity); ++number) {
    small_graph graph;
    graph.nodes = nodes;
    std::uint64_t rest = number;
    for (int i = 0; i != nodes * nodes; ++i, rest /= base) {
      graph.edges[static_cast<std::size_t>(i / nodes)][static_cast<std::size_t>(i % nodes)] =
          static_cast<std::uint8_t>(rest % base);
    }
    visit(graph);
  }
}

std::string to_string(const small_graph& graph, const history& what) {
  std::string text = "edges";
  for (int from = 0; from != graph.nodes; ++from) {
    for (int to = 0; to != graph.nodes; ++to) {
      const int count = graph.edges[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
      for (int k = 0; k != count; ++k) text += ' ' + std::to_string(from) + "->" + std::to_string(to);
    }
  }
  text += "; drops";
  for (int i = 0; i != graph.nodes * what.handles; ++i) text += ' ' + std::to_string(what.drops[i]);
  return text + "; collection " + std::to_string(static_cast<int>(what.what)) + " at step " +
         std::to_string(what.moment) + (what.is_watched ? ", watched" : "") + ", rising " + std::to_string(what.rising);
}

/// Runs histories, counts them, and stops at the first fault.
template <class Memory>
class prover {
 public:
  explicit prover(symmetry wanted) : symmetry_{is_long() ? symmetry::kept : wanted} {
    Memory::gc::collect();
    Memory::gc::disable();
  }
  prover(const prover&) = delete;
  prover& operator=(const prover&) = delete;
  ~prover() { Memory::gc::enable(); }

  /// Runs each graph with each order and a collection at one moment after the edges were made, and at all moments.
  void try_drops(int nodes, int multiplicity, const history& like) {
    const orders all = orders_of(nodes, like.handles, symmetry_);
    each_graph(nodes, multiplicity, [&](const small_graph& graph) {
      const int edges = graph.edge_count();
      for (const auto& order : all) {
        history what = like;
        what.drops = order.data();
        for (what.moment = edges; what.moment != edges + nodes * like.handles; ++what.moment) run(graph, what);
        what.moment = history::always;
        run(graph, what);
      }
    });
    expected_ += graphs_of(nodes, multiplicity) * all.size() * static_cast<std::uint64_t>(nodes * like.handles + 1);
  }

  /// Runs each graph with a collection after one of its edges. Then the handles are dropped from the first to the last,
  /// which stands for each order, since all graphs are tried.
  void try_edges(int nodes, int multiplicity, const history& like) {
    const orders all = orders_of(nodes, like.handles, symmetry::reduced);
    each_graph(nodes, multiplicity, [&](const small_graph& graph) {
      history what = like;
      what.drops = all.front().data();
      for (what.moment = 0; what.moment != graph.edge_count(); ++what.moment) run(graph, what);
    });
    expected_ += edges_of(nodes, multiplicity);
  }

  void try_all(int nodes, int multiplicity, const history& like) {
    try_drops(nodes, multiplicity, like);
    try_edges(nodes, multiplicity, like);
  }

  [[nodiscard]] std::uint64_t runs() const { return runs_; }
  [[nodiscard]] std::uint64_t expected() const { return expected_; }
  [[nodiscard]] std::uint64_t checks() const { return runner_.checks(); }

 private:
  void run(const small_graph& graph, const history& what) {
    ++runs_;
    if (const char* const fault = runner_.run(graph, what); fault != nullptr)
      FAIL(std::string{fault} << ": " << to_string(graph, what));
  }

  symmetry symmetry_;
  ouro::test::small_graph_runner<Memory> runner_;
  std::uint64_t runs_ = 0;
  std::uint64_t expected_ = 0;
};

history like(collection what, bool is_watched = false, int rising = history::nobody, int handles = 1) {
  history made{};
  made.what = what;
  made.is_watched = is_watched;
  made.rising = rising;
  made.handles = handles;
  return made;
}

template <class Memory>
std::vector<collection> collections() {
  if constexpr (ouro::test::small_graph_runner<Memory>::has_steps) {
    return {collection::full, collection::minor, collection::step, collection::small_step};
  } else {
    return {collection::full, collection::minor};
  }
}

template <class Memory>
void end(const prover<Memory>& proof, std::uint64_t histories) {
  CHECK(proof.runs() == proof.expected());
  CHECK(proof.runs() == histories);
  MESSAGE(proof.runs() << " histories, " << proof.checks() << " checks");
}

using ouro::test::slot_allocator;
using trial_deletion = ouro::memory<ouro::local_refcount, ouro::trial_deletion, slot_allocator>;
using generational = ouro::memory<ouro::local_refcount, ouro::generational, slot_allocator>;
using walking = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;

}  // namespace

TEST_CASE_TEMPLATE(
    "models: objects of each graph of up to three nodes with double edges live and die as the model says", Memory,
    trial_deletion, generational, walking) {
  prover<Memory> proof{symmetry::reduced};
  for (int nodes = 1; nodes <= 3; ++nodes) proof.try_all(nodes, 2, like(collection::full));
  // 3, 81 and 19683 graphs; 3, 324 and 177147 edges; 1 order, or 1, 2 and 6; after 1, 2 and 3 drops, and always
  const std::uint64_t drops = is_long() ? 3 * 2 + 2 * 81 * 3 + 6 * 19'683 * 4 : 3 * 2 + 81 * 3 + 19'683 * 4;
  end(proof, drops + 3 + 324 + 177'147);
}

TEST_CASE_TEMPLATE(
    "models: each graph of up to three nodes, under each kind of collection, with weak pointers and resurrection",
    Memory, trial_deletion, generational, walking) {
  prover<Memory> proof{symmetry::kept};
  std::uint64_t kinds = 0;
  for (const collection what : collections<Memory>()) {
    for (const bool is_watched : {false, true}) {
      ++kinds;
      for (int nodes = 1; nodes <= 3; ++nodes) {
        for (int rising = history::nobody; rising != nodes; ++rising) {
          proof.try_all(nodes, 1, like(what, is_watched, rising));
        }
      }
    }
  }
  // 2, 16 and 512 graphs; 1, 32 and 2304 edges; with no node, or each of them, rising
  end(proof, kinds * (2 * (2 * 2 + 1) + 3 * (16 * 2 * 3 + 32) + 4 * (512 * 6 * 4 + 2304)));
}

TEST_CASE_TEMPLATE("models: each graph of up to three nodes with two handles of each node, dropped in each order",
                   Memory, trial_deletion, generational, walking) {
  prover<Memory> proof{symmetry::reduced};
  for (int nodes = 1; nodes <= 3; ++nodes) {
    proof.try_all(nodes, 1, like(collection::full, false, history::nobody, 2));
  }
  // 1, 3 and 15 orders of 2, 4 and 6 drops, or 1, 6 and 90
  const std::uint64_t drops = is_long() ? 2 * 3 + 16 * 6 * 5 + 512 * 90 * 7 : 2 * 3 + 16 * 3 * 5 + 512 * 15 * 7;
  end(proof, drops + 1 + 32 + 2304);
}

TEST_CASE_TEMPLATE("models: objects of each graph of four nodes live and die as the model says", Memory, trial_deletion,
                   generational, walking) {
  if (!is_long()) return;
  prover<Memory> proof{symmetry::kept};
  proof.try_all(4, 1, like(collection::full));
  end(proof, std::uint64_t{65'536} * 24 * 5 + 524'288);
}
