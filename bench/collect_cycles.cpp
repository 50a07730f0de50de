// What does it cost to find and to destroy cycles? There is no peer here that does: std::shared_ptr is shown with the
// cycles cut by hand, which a program would have to know how to do.

#include "peers.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace {

using namespace bench;

constexpr std::size_t objects = 1'000'000;

template <class Peer>
struct node {
  typename Peer::template ptr<node> left;
  typename Peer::template ptr<node> right;
  long payload = 0;
};

/// Collections run when the benchmark says so.
class by_order {
 public:
  by_order() { ouro::gc::disable(); }
  by_order(const by_order&) = delete;
  by_order& operator=(const by_order&) = delete;
  ~by_order() {
    ouro::gc::collect();
    ouro::gc::enable();
  }
};

template <class Peer>
using handles = std::vector<typename Peer::template ptr<node<Peer>>>;

template <class Peer>
void make_pairs(handles<Peer>& all) {
  for (std::size_t i = 0; i != objects / 2; ++i) {
    auto first = Peer::template make<node<Peer>>();
    auto second = Peer::template make<node<Peer>>();
    first->left = second;
    second->left = first;
    all.push_back(std::move(first));
  }
}

void count(benchmark::State& state) {
  state.SetItemsProcessed(static_cast<std::int64_t>(objects) * state.iterations());
}

/// Cycles of two objects, made, dropped and collected.
void pairs_whole(benchmark::State& state) {
  const by_order order;
  handles<ouro_default> all;
  for (auto _ : state) {
    make_pairs<ouro_default>(all);
    all.clear();
    if (ouro::gc::collect() != objects) state.SkipWithError("not all garbage was found");
  }
  count(state);
}

void pairs_cut_by_hand(benchmark::State& state) {
  handles<shared> all;
  for (auto _ : state) {
    make_pairs<shared>(all);
    for (const auto& each : all) each->left.reset();
    all.clear();
  }
  count(state);
}

/// The collection alone.
void pairs_collect(benchmark::State& state) {
  const by_order order;
  handles<ouro_default> all;
  for (auto _ : state) {
    state.PauseTiming();
    make_pairs<ouro_default>(all);
    all.clear();
    state.ResumeTiming();
    benchmark::DoNotOptimize(ouro::gc::collect());
  }
  count(state);
}

void ring_collect(benchmark::State& state) {
  const by_order order;
  for (auto _ : state) {
    state.PauseTiming();
    {
      const auto first = ouro::make<node<ouro_default>>();
      auto last = first;
      for (std::size_t i = 1; i != objects; ++i) last = last->left = ouro::make<node<ouro_default>>();
      last->left = first;
    }
    state.ResumeTiming();
    if (ouro::gc::collect() != objects) state.SkipWithError("not all garbage was found");
  }
  count(state);
}

/// A shuffled graph in which everything is alive, seen from a few candidates.
void living_graph(benchmark::State& state) {
  const by_order order;
  handles<ouro_default> all;
  for (std::size_t i = 0; i != objects; ++i) all.push_back(ouro::make<node<ouro_default>>());
  std::mt19937 random{1};
  for (const auto& each : all) {
    each->left = all[random() % objects];
    each->right = all[random() % objects];
  }
  for (auto _ : state) {
    for (std::size_t i = 0; i != 100; ++i) const auto candidate = all[i * 9973];
    if (ouro::gc::collect() != 0) state.SkipWithError("something alive was collected");
  }
  count(state);
  for (const auto& each : all) {
    each->left.reset();
    each->right.reset();
  }
}

BENCHMARK(pairs_whole)->Unit(benchmark::kMillisecond);
BENCHMARK(pairs_cut_by_hand)->Unit(benchmark::kMillisecond);
BENCHMARK(pairs_collect)->Unit(benchmark::kMillisecond);
BENCHMARK(ring_collect)->Unit(benchmark::kMillisecond);
BENCHMARK(living_graph)->Unit(benchmark::kMillisecond);

}  // namespace
