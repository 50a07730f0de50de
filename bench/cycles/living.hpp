#pragma once
/// \file
/// What is alive: a shuffled random graph of out-degree two. How long does a collection look at it that finds nothing,
/// and what does it cost to change it?

#include "garbage.hpp"
#include "report.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace cycles {

template <class Peer>
using graph = typename Peer::template handles<node<Peer>>;

template <class Peer>
[[nodiscard]] graph<Peer> make_graph(std::size_t objects) {
  graph<Peer> all(objects);
  for (auto& each : all) each = Peer::template make<node<Peer>>();
  random_numbers random;
  for (auto& each : all) {
    each->left = all[random.below(objects)];
    each->right = all[random.below(objects)];
  }
  return all;
}

/// So that nothing is left to collect, and no cycle of one question costs another.
template <class Peer>
void cut(graph<Peer>& all) {
  for (auto& each : all) {
    each->left = nullptr;
    each->right = nullptr;
  }
  all.clear();
}

/// Makes the first `objects` of a graph candidates: a pointer to each is made and dropped.
template <class Peer>
void touch(const graph<Peer>& all, std::size_t objects) {
  for (std::size_t i = 0; i != objects; ++i) {
    [[maybe_unused]] const auto touched = all[i * (all.size() / objects)];
    __asm__ volatile("" : : "r"(&touched) : "memory");
  }
}

/// ns per object of the graph, of a collection that begins at `candidates` of them.
template <class Peer>
[[nodiscard]] double scan(const graph<Peer>& all, std::size_t candidates, std::size_t repetitions) {
  std::vector<double> times;
  for (std::size_t i = 0; i != 1 + repetitions; ++i) {
    touch<Peer>(all, candidates);
    times.push_back(time_of([] { Peer::collect(0); }) / static_cast<double>(all.size()));
  }
  times.erase(times.begin());
  return median(times);
}

template <class Peer>
void ask_scan(const report& out) {
  Peer::stop_collecting();
  if (out.wants("scan") || out.wants("scan_few")) {
    graph<Peer> all = make_graph<Peer>(out.size(1'000'000));
    if (out.wants("scan")) out.print("scan", scan<Peer>(all, all.size(), out.repetitions(5)), "ns");
    if (Peer::has_candidates && out.wants("scan_few")) {
      out.print("scan_few", scan<Peer>(all, 100, out.repetitions(5)), "ns");
    }
    cut<Peer>(all);
  }
  if (out.wants("scan_growth")) {
    std::vector<std::size_t> sizes{10'000, 100'000, 1'000'000, 10'000'000};
    if (out.is_huge()) sizes.push_back(100'000'000);
    for (const std::size_t objects : sizes) {
      graph<Peer> all = make_graph<Peer>(out.size(objects));
      const std::size_t repetitions = objects <= 100'000 ? 20 : objects <= 1'000'000 ? 5 : 1;
      const double time = scan<Peer>(all, all.size(), out.repetitions(repetitions));
      out.print("scan_growth/" + std::to_string(objects), time, "ns");
      cut<Peer>(all);
    }
  }
  Peer::collect();
  Peer::start_collecting();
}

/// ns per pointer copied over another one; every `make_every`th time (0: never) a new object instead of the copy.
/// Begins without candidates.
template <class Peer>
[[nodiscard]] double churn(graph<Peer>& all, std::size_t operations, std::size_t make_every) {
  Peer::collect();
  random_numbers random;
  std::size_t until_make = make_every;
  const double time = time_of([&] {
    for (std::size_t i = 0; i != operations; ++i) {
      const std::size_t to = random.below(all.size());
      const std::size_t from = random.below(all.size());
      if (--until_make == 0) {
        all[to]->right = Peer::template make<node<Peer>>();
        until_make = make_every;
      } else {
        all[to]->left = all[from];
      }
    }
  });
  return time / static_cast<double>(operations);
}

template <class Peer>
void ask_churn(const report& out) {
  if (!out.wants("churn")) return;
  const std::size_t operations = out.size(10'000'000);
  std::vector<double> off, on, make_off, make_on;
  graph<Peer> all = make_graph<Peer>(out.size(1'000'000));
  const auto ask_off = [&] {
    Peer::stop_collecting();
    off.push_back(churn<Peer>(all, operations, 0));
    make_off.push_back(churn<Peer>(all, operations, 100));
  };
  const auto ask_on = [&] {
    Peer::start_collecting();
    on.push_back(churn<Peer>(all, operations, 0));
    make_on.push_back(churn<Peer>(all, operations, 100));
  };
  // In turns, and in both orders, since a machine is not as fast at all times.
  for (std::size_t i = 0; i != out.repetitions(2); ++i) {
    ask_off();
    ask_on();
    ask_on();
    ask_off();
  }
  Peer::start_collecting();
  out.print("churn_off", median(off), "ns");
  out.print("churn_on", median(on), "ns");
  out.print("churn_make_off", median(make_off), "ns");
  out.print("churn_make_on", median(make_on), "ns");
  cut<Peer>(all);
  Peer::collect();
}

}  // namespace cycles
