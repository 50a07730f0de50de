#pragma once
/// \file
/// The same graph in both memories: measured, timed, and checked against what the cycles predict.

#include "dependency_plan.hpp"
#include "footprint.hpp"
#include "graph_shape.hpp"
#include "lifecycle.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace package_graph {

/// What one memory did with the graph.
struct measurement {
  footprint bytes;
  lifecycle life;  ///< of a graph all of whose packages are watched by weak pointers
};

/// Medians of several lives; their counts are those of the last one.
struct timing {
  std::size_t lives = 0;
  lifecycle managed;
  lifecycle uninterned;  ///< managed, but with strings of the standard library
  lifecycle shared;
};

/// Something that must hold on every input, and whether it did.
struct check {
  std::string claim;
  bool holds;
};

struct comparison {
  std::size_t edges = 0;
  std::size_t strings = 0;
  std::size_t distinct_strings = 0;
  std::vector<std::vector<std::size_t>> cycles;  ///< of packages, by index
  std::size_t kept = 0;                          ///< packages on cycles, or reached from them
  measurement managed;
  measurement shared;
  timing times;
  std::vector<check> checks;
};

comparison compare(const package_database& database, const dependency_plan& plan);

}  // namespace package_graph
