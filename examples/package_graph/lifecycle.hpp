#pragma once
/// \file
/// One life of a graph, from building to the last object's death: what is alive after each step, and how long it took.

#include "package.hpp"

#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

namespace package_graph {

struct lifecycle {
  using duration = std::chrono::nanoseconds;

  std::size_t built = 0;            ///< objects alive when the graph stands
  std::size_t after_drop = 0;       ///< … when the roots are dropped, and counting has done what it can
  std::size_t collected = 0;        ///< what the collector says it found
  std::size_t after_collect = 0;    ///< … when the collector, if there is one, has run
  std::size_t at_end = 0;           ///< … when the edges of the watched survivors have been cut by hand
  std::size_t wrong_survivors = 0;  ///< watched packages that survived the drop though they should not, or did not
  duration build{};
  duration drop{};
  duration collect{};
};

/// Runs `step`. Returns how long it took.
template <class Step>
lifecycle::duration timed(Step step) {
  const auto begin = std::chrono::steady_clock::now();
  step();
  return std::chrono::duration_cast<lifecycle::duration>(std::chrono::steady_clock::now() - begin);
}

/// \param watched the packages that get a weak pointer: to see which survive, and to cut the cycles that nobody
/// collects.
///        A process that drops its roots without having such pointers leaks for good.
/// \param kept by package: whether it is expected to survive until somebody finds the cycles
template <class Memory>
lifecycle live_and_die(const package_database& database, const dependency_plan& plan,
                       const std::vector<std::size_t>& watched, const std::vector<bool>& kept) {
  using counted = census<package<Memory>>;
  lifecycle life;
  package_roots<Memory> roots;
  life.build = timed([&] { roots = build<Memory>(database, plan); });
  life.built = counted::alive();

  std::vector<typename Memory::template weak_pointer<package<Memory>>> witnesses;
  witnesses.reserve(watched.size());
  for (const std::size_t i : watched) witnesses.emplace_back(roots[i]);

  life.drop = timed([&] { roots.clear(); });
  life.after_drop = counted::alive();
  for (std::size_t i = 0; i < watched.size(); ++i) {
    if (witnesses[i].expired() == kept[watched[i]]) ++life.wrong_survivors;
  }

  life.collect = timed([&] { life.collected = Memory::collect(); });
  life.after_collect = counted::alive();

  for (const auto& each : witnesses) {
    // The edges leave the object before they are destroyed: their fall may bring down the object itself.
    if (const auto survivor = each.lock()) const auto cut = std::exchange(survivor->depends, {});
  }
  life.at_end = counted::alive();
  return life;
}

}  // namespace package_graph
