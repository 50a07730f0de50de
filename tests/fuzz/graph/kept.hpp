#pragma once
/// \file
/// The objects that outlive the programs of the graph fuzzer.

#include <fuzz/graph/graph.hpp>

#include <memory>
#include <vector>

namespace ouro::fuzz {

/// Immortal objects, and the graphs that they report to. Never destroyed, so that leak checkers find them reachable.
template <class Kit>
struct kept {
  static inline auto& immortals = *new std::vector<const void*>;
  static inline auto& graphs = *new std::vector<std::unique_ptr<graph<Kit>>>;
};

}  // namespace ouro::fuzz
