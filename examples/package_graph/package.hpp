#pragma once
/// \file
/// The object that the whole program is about. `Memory` says what a pointer, a string and a vector are:
/// `managed_memory` or `shared_memory`. That one name is all that differs between the two graphs.

#include "dependency_plan.hpp"
#include "graph_shape.hpp"

#include <cstddef>
#include <unordered_map>
#include <vector>

namespace package_graph {

/// A member that counts the living objects which have it: the witness of every claim that this program makes.
template <class Owner>
class census {
 public:
  census() { ++living; }
  census(const census&) { ++living; }
  census& operator=(const census&) = default;
  ~census() { --living; }

  [[nodiscard]] static std::size_t alive() { return living; }

 private:
  static inline std::size_t living = 0;
};

template <class Memory>
struct package;

/// An edge, with what it asks of the version: `>= 2.34`.
template <class Memory>
struct dependency {
  typename Memory::template pointer<package<Memory>> target;
  typename Memory::string constraint;
};

template <class Memory>
struct package {
  typename Memory::string name;
  typename Memory::string version;
  typename Memory::string architecture;
  typename Memory::string section;
  typename Memory::template vector<dependency<Memory>> depends = {};
  [[no_unique_address]] census<package> counted = {};
};

/// The pointers that hold the graph from outside: one for each package.
template <class Memory>
using package_roots = std::vector<typename Memory::template pointer<package<Memory>>>;

/// Interned strings are looked up one by one, which takes longer than to copy texts that are mostly short and allocate
/// nothing as `std::string`: 160 us instead of 80 us for 834 packages, 37 ms instead of 24 ms for 63,440. To gather the
/// texts and to hand them to `interned_string::intern_all` does not close the gap: it takes 210 us and 33 ms. A program
/// that keeps its texts interned from where it reads them pays once, and copies 8 bytes here.
template <class Memory>
package_roots<Memory> build(const package_database& database, const dependency_plan& plan) {
  using string = typename Memory::string;
  package_roots<Memory> roots;
  roots.reserve(database.packages.size());
  for (const package_record& each : database.packages) {
    roots.push_back(Memory::template make<package<Memory>>(string(each.name), string(each.version),
                                                           string(each.architecture), string(each.section)));
  }
  for (std::size_t i = 0; i < roots.size(); ++i) {
    roots[i]->depends.reserve(plan.edges[i].size());
    for (const planned_edge& edge : plan.edges[i]) {
      roots[i]->depends.push_back({roots[edge.target], string(edge.constraint)});
    }
  }
  return roots;
}

/// Calls `use` for every string of the graph.
template <class Memory, class Use>
void for_each_string(const package_roots<Memory>& roots, Use use) {
  for (const auto& each : roots) {
    for (const auto* text : {&each->name, &each->version, &each->architecture, &each->section}) use(*text);
    for (const auto& edge : each->depends) use(edge.constraint);
  }
}

/// What the pointers say, as numbers: node i is `roots[i]`.
template <class Memory>
graph_shape shape_of(const package_roots<Memory>& roots) {
  std::unordered_map<const package<Memory>*, std::size_t> numbers;
  for (const auto& each : roots) numbers.emplace(each.get(), numbers.size());
  graph_shape shape;
  for (const auto& each : roots) {
    std::vector<std::size_t>& targets = shape.emplace_back();
    for (const auto& edge : each->depends) targets.push_back(numbers.at(edge.target.get()));
  }
  return shape;
}

}  // namespace package_graph
