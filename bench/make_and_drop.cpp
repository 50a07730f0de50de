// What does it cost to make an object and to drop it?

#include "peers.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace bench;

/// Is not written to when it is made: only the allocation counts.
template <class Peer, int Bytes>
struct payload : Peer::template counted<payload<Peer, Bytes>> {
  payload() noexcept {}  // NOLINT(modernize-use-equals-default): that would write zeros
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

BENCHMARK_TEMPLATE(pair, ouro_default, 16);
BENCHMARK_TEMPLATE(pair, ouro_default, 64);
BENCHMARK_TEMPLATE(pair, ouro_default, 512);
BENCHMARK_TEMPLATE(thousand, ouro_default, 16);
BENCHMARK_TEMPLATE(thousand, ouro_default, 64);
BENCHMARK_TEMPLATE(thousand, ouro_default, 512);

/// The same questions of a peer.
template <class Peer>
void ask(const char* name) {
  const auto as = [name](const char* question, int bytes) {
    return std::string{question} + '<' + name + ", " + std::to_string(bytes) + '>';
  };
  benchmark::RegisterBenchmark(as("pair", 16).c_str(), pair<Peer, 16>);
  benchmark::RegisterBenchmark(as("pair", 64).c_str(), pair<Peer, 64>);
  benchmark::RegisterBenchmark(as("pair", 512).c_str(), pair<Peer, 512>);
  benchmark::RegisterBenchmark(as("thousand", 16).c_str(), thousand<Peer, 16>);
  benchmark::RegisterBenchmark(as("thousand", 64).c_str(), thousand<Peer, 64>);
  benchmark::RegisterBenchmark(as("thousand", 512).c_str(), thousand<Peer, 512>);
}

[[maybe_unused]] const bool asked = [] {
  ask<free_list>("free_list");
  ask<unique>("unique");
  ask<intrusive_unsafe>("intrusive_unsafe");
  ask<shared>("shared");
  ask<local_shared>("local_shared");
  ask<pmr_pool>("pmr_pool");
  return true;
}();

}  // namespace
