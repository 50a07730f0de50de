// What does it cost two threads to hang cycles on shared roots, and to drop them? std::shared_ptr leaks them.

#include <ouro/ouro.hpp>
#include <ouro/threads.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace {

template <class Memory>
struct of_ouro {
  struct node {
    typename Memory::template ptr<node> other;
    typename Memory::template ptr<node> next;
    long number = 0;
  };
  using pointer = typename Memory::template ptr<node>;
  using mutex = ouro::mutex;
  static pointer make() { return Memory::template make<node>(); }
  static void settle() { Memory::gc::collect(); }
};
struct ouro_biased : of_ouro<ouro::shared_memory> {};
struct ouro_atomic : of_ouro<ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>> {};

struct shared {
  struct node {
    std::shared_ptr<node> other;
    std::shared_ptr<node> next;
    long number = 0;
  };
  using pointer = std::shared_ptr<node>;
  using mutex = std::mutex;
  static pointer make() { return std::make_shared<node>(); }
  static void settle() {}
};

template <class Peer>
struct roots {
  struct root {
    typename Peer::mutex mutex;
    typename Peer::pointer first;
  };
  std::array<root, 64> all;
};

/// Makes pairs that point to each other; hangs one in four on a root, and clears a root one time in eight.
template <class Peer>
void work(roots<Peer>& shared_ones, std::uint32_t random, std::int64_t turns) {
  for (std::int64_t i = 0; i != turns; ++i) {
    auto made = Peer::make();
    made->other = Peer::make();
    made->other->other = made;
    random = random * 1664525 + 1013904223;
    const std::uint32_t drawn = random >> 16;
    auto& root = shared_ones.all[drawn % 64];
    if (drawn / 64 % 4 == 0) {
      const std::lock_guard lock{root.mutex};
      made->next = root.first;
      root.first = made;
    } else if (drawn / 64 % 8 == 1) {
      const std::lock_guard lock{root.mutex};
      root.first = nullptr;
    }
  }
}

template <class Peer>
void shared_roots(benchmark::State& state) {
  constexpr std::int64_t turns = 500'000;
  const auto threads = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    roots<Peer> shared_ones;
    std::vector<std::thread> workers;
    for (std::size_t i = 0; i != threads; ++i) {
      workers.emplace_back([&shared_ones, i] { work(shared_ones, static_cast<std::uint32_t>(i), turns); });
    }
    {
      const ouro::blocking until_they_end;
      for (std::thread& each : workers) each.join();
    }
    for (auto& each : shared_ones.all) each.first = nullptr;
  }
  Peer::settle();
  state.SetItemsProcessed(turns * state.range(0) * state.iterations());
}

BENCHMARK_TEMPLATE(shared_roots, ouro_biased)->Arg(1)->Arg(2)->Iterations(2)->UseRealTime();
BENCHMARK_TEMPLATE(shared_roots, ouro_atomic)->Arg(1)->Arg(2)->Iterations(2)->UseRealTime();
BENCHMARK_TEMPLATE(shared_roots, shared)->Arg(1)->Arg(2)->Iterations(2)->UseRealTime();

}  // namespace
