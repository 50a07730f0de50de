// What does it cost to copy a pointer and to drop the copy?

#include "peers.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace {

using namespace bench;

/// 32 bytes that hold no edges.
template <class Peer>
struct plain : Peer::template counted<plain<Peer>> {
  long payload[4] = {};
};

/// May be part of a cycle, as far as anybody knows.
template <class Peer>
struct cyclic {
  typename Peer::template ptr<cyclic> next;
  long payload[3] = {};
};

template <class Peer, template <class> class Node = plain>
void one_object(benchmark::State& state) {
  const auto original = Peer::template make<Node<Peer>>();
  {
    const auto candidate = original;
  }  // of the collector, once and for all
  for (auto _ : state) {
    auto copy = original;
    benchmark::DoNotOptimize(copy);
  }
}

/// One after the other of as many as stay in the cache.
template <class Peer, template <class> class Node = plain>
void hot_objects(benchmark::State& state) {
  constexpr std::size_t objects = 1024;
  std::vector<typename Peer::template ptr<Node<Peer>>> all;
  for (std::size_t i = 0; i != objects; ++i) all.push_back(Peer::template make<Node<Peer>>());
  std::size_t i = 0;
  for (auto _ : state) {
    auto copy = all[i];
    benchmark::DoNotOptimize(copy);
    i = (i + 1) % objects;
  }
}

/// A vector of pointers in random order, copied and dropped whole.
template <class Peer, template <class> class Node = plain>
void million_objects(benchmark::State& state) {
  constexpr std::size_t objects = 1'000'000;
  std::vector<typename Peer::template ptr<Node<Peer>>> all;
  for (std::size_t i = 0; i != objects; ++i) all.push_back(Peer::template make<Node<Peer>>());
  std::mt19937 random{1};
  for (std::size_t i = objects; i != 1; --i) std::swap(all[i - 1], all[random() % i]);
  for (auto _ : state) {
    auto copy = all;
    benchmark::DoNotOptimize(copy.data());
    copy.clear();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(objects) * state.iterations());
}

BENCHMARK_TEMPLATE(one_object, ouro_plain);
BENCHMARK_TEMPLATE(one_object, ouro_biased);
BENCHMARK_TEMPLATE(one_object, ouro_default);
BENCHMARK_TEMPLATE(one_object, ouro_default, cyclic);
BENCHMARK_TEMPLATE(one_object, by_hand);
BENCHMARK_TEMPLATE(one_object, intrusive_unsafe);
BENCHMARK_TEMPLATE(one_object, local_shared);
BENCHMARK_TEMPLATE(one_object, shared);
BENCHMARK_TEMPLATE(one_object, ouro_atomic);
BENCHMARK_TEMPLATE(one_object, intrusive_safe);
BENCHMARK_TEMPLATE(hot_objects, ouro_plain);
BENCHMARK_TEMPLATE(hot_objects, ouro_biased);
BENCHMARK_TEMPLATE(hot_objects, ouro_default, cyclic);
BENCHMARK_TEMPLATE(hot_objects, by_hand);
BENCHMARK_TEMPLATE(hot_objects, intrusive_unsafe);
BENCHMARK_TEMPLATE(hot_objects, local_shared);
BENCHMARK_TEMPLATE(hot_objects, shared);
BENCHMARK_TEMPLATE(hot_objects, intrusive_safe);
BENCHMARK_TEMPLATE(million_objects, ouro_plain);
BENCHMARK_TEMPLATE(million_objects, ouro_biased);
BENCHMARK_TEMPLATE(million_objects, ouro_default, cyclic);
BENCHMARK_TEMPLATE(million_objects, by_hand);
BENCHMARK_TEMPLATE(million_objects, intrusive_unsafe);
BENCHMARK_TEMPLATE(million_objects, local_shared);
BENCHMARK_TEMPLATE(million_objects, shared);
BENCHMARK_TEMPLATE(million_objects, intrusive_safe);
BENCHMARK_TEMPLATE(one_object, shared_threaded);
BENCHMARK_TEMPLATE(million_objects, shared_threaded);

}  // namespace
