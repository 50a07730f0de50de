// What does a thread pay so that collections can stop it?

#include <ouro/ouro.hpp>
#include <ouro/threads.hpp>

#include <benchmark/benchmark.h>

#include <utility>

namespace {

template <class Memory>
struct node {
  typename Memory::template ptr<node> next;
  long number = 0;
};

using ouro_local = ouro::default_memory;
using ouro_biased = ouro::shared_memory;

void safe_point_of_one_memory(benchmark::State& state) {
  const auto object = ouro_biased::make<node<ouro_biased>>();
  for (auto _ : state) benchmark::DoNotOptimize(ouro_biased::gc::safepoint());
}
BENCHMARK(safe_point_of_one_memory);

void safe_point_of_all_memories(benchmark::State& state) {
  const auto object = ouro_biased::make<node<ouro_biased>>();
  for (auto _ : state) benchmark::DoNotOptimize(ouro::safepoint());
}
BENCHMARK(safe_point_of_all_memories);

void blocking_in_and_out(benchmark::State& state) {
  const auto object = ouro_biased::make<node<ouro_biased>>();
  for (auto _ : state) {
    const ouro::blocking for_a_moment;
    benchmark::ClobberMemory();
  }
}
BENCHMARK(blocking_in_and_out);

template <class Memory>
void follow_pointer(benchmark::State& state) {
  const auto object = Memory::template make<node<Memory>>();
  for (auto _ : state) {
    benchmark::DoNotOptimize(object->number);
    benchmark::ClobberMemory();
  }
}
BENCHMARK_TEMPLATE(follow_pointer, ouro_biased);
BENCHMARK_TEMPLATE(follow_pointer, ouro_local);

template <class Memory>
void move_pointer(benchmark::State& state) {
  auto object = Memory::template make<node<Memory>>();
  typename Memory::template ptr<node<Memory>> other;
  for (auto _ : state) {
    other = std::move(object);
    benchmark::ClobberMemory();
    object = std::move(other);
    benchmark::ClobberMemory();
  }
}
BENCHMARK_TEMPLATE(move_pointer, ouro_biased);
BENCHMARK_TEMPLATE(move_pointer, ouro_local);

}  // namespace
