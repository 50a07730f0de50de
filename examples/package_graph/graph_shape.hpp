#pragma once
/// \file
/// The cycles of a graph, and what they keep alive: found by looking at the whole graph from outside, to be held
/// against what the collector finds from inside.

#include <cstddef>
#include <vector>

namespace package_graph {

/// Node i points to the nodes `shape[i]`, in the order of its edges; an edge may occur twice.
using graph_shape = std::vector<std::vector<std::size_t>>;

/// The strongly connected components that hold an edge: every node in one can reach every other, and itself.
/// The largest first; each in ascending order. Tarjan 1972, without recursion. O(nodes + edges)
std::vector<std::vector<std::size_t>> find_cycles(const graph_shape& shape);

/// By node: whether it lies on a cycle or can be reached from one. That, and nothing else, is what reference counting
/// alone can never free.
std::vector<bool> kept_by_cycles(const graph_shape& shape, const std::vector<std::vector<std::size_t>>& cycles);

}  // namespace package_graph
