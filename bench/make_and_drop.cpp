// What does it cost to make an object and to drop it?

#include "peers.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace {

using namespace bench;

template <class Peer, int Bytes>
struct payload : Peer::template counted<payload<Peer, Bytes>> {
  char bytes[Bytes];
};

/// One object at a time.
template <class Peer, int Bytes>
void pair(benchmark::State& state) {
  for (auto _ : state) {
    auto made = Peer::template make<payload<Peer, Bytes>>();
    benchmark::DoNotOptimize(made);
  }
}

/// A thousand made, then dropped in order.
template <class Peer, int Bytes>
void thousand(benchmark::State& state) {
  constexpr std::size_t objects = 1000;
  std::vector<typename Peer::template ptr<payload<Peer, Bytes>>> all;
  all.reserve(objects);
  for (auto _ : state) {
    for (std::size_t i = 0; i != objects; ++i) all.push_back(Peer::template make<payload<Peer, Bytes>>());
    benchmark::DoNotOptimize(all.data());
    all.clear();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(objects) * state.iterations());
}

/// A list, dropped from its head: pushed link by link, so that each destructor drops the next.
template <class Peer>
struct link : Peer::template counted<link<Peer>> {
  explicit link(typename Peer::template ptr<link> after) : next{std::move(after)} {}
  void trace(auto&& visit) { visit(next); }
  typename Peer::template ptr<link> next;
};

template <class Peer>
void list(benchmark::State& state) {
  constexpr int links = 10'000;  // as many as the peers, which recurse, can bear
  for (auto _ : state) {
    typename Peer::template ptr<link<Peer>> head;
    for (int i = 0; i != links; ++i) head = Peer::template make<link<Peer>>(std::move(head));
    benchmark::DoNotOptimize(head);
  }
  state.SetItemsProcessed(std::int64_t{links} * state.iterations());
}

BENCHMARK_TEMPLATE(pair, ouro_default, 16);
BENCHMARK_TEMPLATE(pair, ouro_default, 64);
BENCHMARK_TEMPLATE(pair, intrusive_unsafe, 16);
BENCHMARK_TEMPLATE(pair, intrusive_unsafe, 64);
BENCHMARK_TEMPLATE(pair, local_shared, 64);
BENCHMARK_TEMPLATE(pair, shared, 16);
BENCHMARK_TEMPLATE(pair, shared, 64);
BENCHMARK_TEMPLATE(thousand, ouro_default, 64)->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(thousand, intrusive_unsafe, 64)->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(thousand, local_shared, 64)->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(thousand, shared, 64)->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(list, ouro_default)->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(list, ouro_plain)->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(list, intrusive_unsafe)->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(list, shared)->Unit(benchmark::kMicrosecond);

}  // namespace
