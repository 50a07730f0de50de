#pragma once
/// \file
/// How long does the program stand still? Cycles of two objects are made and dropped beside a large live graph, under
/// default settings. The peer tells the length of its collections. The floor is the same loop without cycles, which is
/// interrupted by the machine alone: of each stretch as long as that from one collection to the next, the longest turn.

#include "garbage.hpp"
#include "living.hpp"
#include "report.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace cycles {

inline void print_pauses(const report& out, const std::string& question, const std::vector<double>& pauses,
                         const std::string& beside) {
  if (pauses.empty()) return;
  out.print(question + "_median" + beside, median(pauses) / 1e3, "us");
  out.print(question + "_p999" + beside, quantile(pauses, 0.999) / 1e3, "us");
  out.print(question + "_longest" + beside, quantile(pauses, 1.0) / 1e3, "us");
}

/// One turn of the loop.
template <class Peer>
void make_pair(bool closed) {
  auto first = Peer::template make<node<Peer>>();
  auto second = Peer::template make<node<Peer>>();
  first->left = second;
  if (closed) second->left = first;
}

/// The longest turn of each stretch of `turns`.
template <class Peer>
[[nodiscard]] std::vector<double> longest_turns(std::size_t stretches, std::size_t turns) {
  std::vector<double> longest;
  std::int64_t last = now();
  for (std::size_t i = 0; i != stretches; ++i) {
    std::int64_t gap = 0;
    for (std::size_t j = 0; j != turns; ++j) {
      make_pair<Peer>(false);
      const std::int64_t here = now();
      gap = std::max(gap, here - last);
      last = here;
    }
    longest.push_back(static_cast<double>(gap));
  }
  return longest;
}

template <class Peer>
void ask_pause(const report& out, std::size_t live) {
  const std::size_t turns = out.size(5'000'000);
  const std::string beside = "/" + std::to_string(live);
  graph<Peer> all = make_graph<Peer>(out.size(live));
  Peer::collect();
  std::vector<double> pauses;
  std::size_t visited = 0;
  {
    const typename Peer::listener listening{pauses, visited};
    for (std::size_t i = 0; i != turns; ++i) {
      make_pair<Peer>(true);
      // The floor's loop reads the clock, too.
      static_cast<void>(now());
    }
  }
  const std::vector<double> list = pauses;
  print_pauses(out, "pause", list, beside);
  out.print("pause_collections" + beside, static_cast<double>(list.size()), "");
  if (visited != 0) {
    double sum = 0;
    for (const double pause : list) sum += pause;
    out.print("pause_per_object" + beside, sum / static_cast<double>(visited), "ns");
  }
  Peer::collect();
  const std::size_t stretches = std::max<std::size_t>(list.size(), 1);
  if constexpr (Peer::has_candidates)
    print_pauses(out, "pause_floor", longest_turns<Peer>(stretches, turns / stretches), beside);
  for (const double pause : list) out.print("pause_ns" + beside, pause, "ns");
  cut<Peer>(all);
  Peer::collect();
}

template <class Peer>
void ask_pauses(const report& out) {
  if (!out.wants("pause")) return;
  ask_pause<Peer>(out, 1'000'000);
  ask_pause<Peer>(out, 10'000'000);
  if (out.is_huge()) ask_pause<Peer>(out, 100'000'000);
}

}  // namespace cycles
