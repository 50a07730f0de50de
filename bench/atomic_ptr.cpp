// What does it cost to load and to store a pointer that threads change at the same time?

#include <ouro/ouro.hpp>
#include <ouro/shared_ptr.hpp>

#include <boost/smart_ptr/atomic_shared_ptr.hpp>
#include <boost/smart_ptr/make_shared.hpp>
#include <boost/smart_ptr/shared_ptr.hpp>

#include <benchmark/benchmark.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace {

struct number {
  explicit number(long of) : value{of} {}
  long value;
  long padding[3] = {};
};

template <class Memory>
struct atomic_of {
  using pointer = typename Memory::template ptr<number>;
  using place = typename Memory::template atomic_ptr<number>;
  static pointer make(long value) { return Memory::template make<number>(value); }
};

/// What a program writes without atomic pointers.
template <class Memory>
struct mutex_around {
  using pointer = typename Memory::template ptr<number>;
  class place {
   public:
    explicit place(pointer first) : held_{std::move(first)} {}
    [[nodiscard]] pointer load() {
      const std::lock_guard lock{mutex_};
      return held_;
    }
    void store(pointer stored) {
      const std::lock_guard lock{mutex_};
      swap(held_, stored);
    }

   private:
    std::mutex mutex_;
    pointer held_;
  };
  static pointer make(long value) { return Memory::template make<number>(value); }
};

struct facade {
  using pointer = ouro::shared_ptr<number>;
  using place = ouro::atomic_shared_ptr<number>;
  static pointer make(long value) { return ouro::make_shared<number>(value); }
};

struct std_shared {
  using pointer = std::shared_ptr<number>;
  using place = std::atomic<std::shared_ptr<number>>;
  static pointer make(long value) { return std::make_shared<number>(value); }
};

struct boost_shared {
  using pointer = boost::shared_ptr<number>;
  using place = boost::atomic_shared_ptr<number>;
  static pointer make(long value) { return boost::make_shared<number>(value); }
};

using biased = atomic_of<ouro::shared_memory>;
using atomic = atomic_of<ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>>;
using locked = mutex_around<ouro::shared_memory>;

/// As programs with threads run: libstdc++ counts without atomic instructions until the first one has started.
void start_a_thread() {
  std::thread{[] {}}.join();
}

template <class Family>
void atomic_load(benchmark::State& state) {
  start_a_thread();
  typename Family::place place{Family::make(1)};
  for (auto _ : state) {
    auto loaded = place.load();
    benchmark::DoNotOptimize(loaded);
  }
}

template <class Family>
void atomic_store(benchmark::State& state) {
  start_a_thread();
  const auto original = Family::make(1);
  typename Family::place place{original};
  for (auto _ : state) place.store(original);
}

/// Two threads; one store of a new object for so many loads.
template <class Family>
void atomic_contended(benchmark::State& state) {
  static typename Family::place place{Family::make(1)};
  const auto loads = state.range(0);
  long turn = state.thread_index();
  for (auto _ : state) {
    if (turn++ % (loads + 1) == 0) {
      place.store(Family::make(turn));
    } else {
      benchmark::DoNotOptimize(place.load()->value);
    }
  }
}

BENCHMARK_TEMPLATE(atomic_load, biased);
BENCHMARK_TEMPLATE(atomic_load, atomic);
BENCHMARK_TEMPLATE(atomic_load, locked);
BENCHMARK_TEMPLATE(atomic_load, facade);
BENCHMARK_TEMPLATE(atomic_load, std_shared);
BENCHMARK_TEMPLATE(atomic_load, boost_shared);
BENCHMARK_TEMPLATE(atomic_store, biased);
BENCHMARK_TEMPLATE(atomic_store, atomic);
BENCHMARK_TEMPLATE(atomic_store, locked);
BENCHMARK_TEMPLATE(atomic_store, facade);
BENCHMARK_TEMPLATE(atomic_store, std_shared);
BENCHMARK_TEMPLATE(atomic_store, boost_shared);
BENCHMARK_TEMPLATE(atomic_contended, biased)->Arg(1)->Arg(100)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(atomic_contended, atomic)->Arg(1)->Arg(100)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(atomic_contended, locked)->Arg(1)->Arg(100)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(atomic_contended, facade)->Arg(1)->Arg(100)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(atomic_contended, std_shared)->Arg(1)->Arg(100)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(atomic_contended, boost_shared)->Arg(1)->Arg(100)->Threads(2)->UseRealTime();

}  // namespace
