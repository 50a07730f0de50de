#pragma once
/// \file
/// What outlives the programs of the graph fuzzer.

#include <fuzz/graph/graph.hpp>

#include <memory>
#include <vector>

namespace ouro::fuzz {

/// Objects that are immortal, and the graphs that they report to. Never destroyed, and so no leaks.
template <class Kit>
struct kept {
  static inline auto& immortals = *new std::vector<const void*>;
  static inline auto& graphs = *new std::vector<std::unique_ptr<graph<Kit>>>;
};

}  // namespace ouro::fuzz
