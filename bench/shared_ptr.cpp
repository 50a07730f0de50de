// What does the interface of std::shared_ptr cost, beside std::shared_ptr and Boost's?

#include <ouro/ouro.hpp>
#include <ouro/shared_ptr.hpp>

#include <boost/smart_ptr/atomic_shared_ptr.hpp>
#include <boost/smart_ptr/local_shared_ptr.hpp>
#include <boost/smart_ptr/make_local_shared.hpp>
#include <boost/smart_ptr/make_shared.hpp>
#include <boost/smart_ptr/shared_ptr.hpp>
#include <boost/smart_ptr/weak_ptr.hpp>

#include <benchmark/benchmark.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

namespace {

struct facade_shared {
  template <class T>
  using pointer = ouro::shared_ptr<T>;
  template <class T>
  using weak = ouro::weak_ptr<T>;
  template <class T>
  using atomic = ouro::atomic_shared_ptr<T>;
  template <class T>
  static pointer<T> make() {
    return ouro::make_shared<T>();
  }
};

struct facade_local {
  template <class T>
  using pointer = ouro::local::shared_ptr<T>;
  template <class T>
  using weak = ouro::local::weak_ptr<T>;
  template <class T>
  using atomic = ouro::local::atomic_shared_ptr<T>;
  template <class T>
  static pointer<T> make() {
    return ouro::local::make_shared<T>();
  }
};

struct std_shared {
  template <class T>
  using pointer = std::shared_ptr<T>;
  template <class T>
  using weak = std::weak_ptr<T>;
  template <class T>
  using atomic = std::atomic<std::shared_ptr<T>>;
  template <class T>
  static pointer<T> make() {
    return std::make_shared<T>();
  }
};

struct boost_shared {
  template <class T>
  using pointer = boost::shared_ptr<T>;
  template <class T>
  using weak = boost::weak_ptr<T>;
  template <class T>
  using atomic = boost::atomic_shared_ptr<T>;
  template <class T>
  static pointer<T> make() {
    return boost::make_shared<T>();
  }
};

struct boost_local {
  template <class T>
  using pointer = boost::local_shared_ptr<T>;
  template <class T>
  static pointer<T> make() {
    return boost::make_local_shared<T>();
  }
};

/// 32 bytes, and a destructor.
template <class Family>
struct plain {
  plain() = default;
  plain(const plain&) = delete;
  plain& operator=(const plain&) = delete;
  ~plain() { benchmark::DoNotOptimize(payload); }

  long payload[4] = {};
};

/// May be part of a cycle.
template <class Family>
struct cyclic {
  typename Family::template pointer<cyclic> next;
  long payload[2] = {};
};

/// As programs with threads run: libstdc++ counts without atomic instructions until the first one has started.
void start_a_thread() {
  [[maybe_unused]] static const bool started = (std::thread{[] {}}.join(), true);
}

template <class Pointer>
void copy_and_drop(benchmark::State& state, const Pointer& original) {
  for (auto _ : state) {
    Pointer copy = original;
    benchmark::DoNotOptimize(copy);
  }
}

/// On the thread that made the object.
template <class Family, template <class> class Node = plain>
void shared_copy(benchmark::State& state) {
  start_a_thread();
  copy_and_drop(state, Family::template make<Node<Family>>());
}

/// On another thread than the one that made the object, and has ended it in the end.
template <class Family>
void shared_copy_elsewhere(benchmark::State& state) {
  start_a_thread();
  const auto original = Family::template make<plain<Family>>();
  std::thread{[&] { copy_and_drop(state, original); }}.join();
}

/// By two threads at once.
template <class Family>
void shared_copy_contended(benchmark::State& state) {
  start_a_thread();
  static const auto original = Family::template make<plain<Family>>();
  copy_and_drop(state, original);
}

template <class Family, template <class> class Node = plain>
void shared_make(benchmark::State& state) {
  start_a_thread();
  for (auto _ : state) {
    auto made = Family::template make<Node<Family>>();
    benchmark::DoNotOptimize(made);
  }
}

template <class Family>
void shared_from_new(benchmark::State& state) {
  start_a_thread();
  for (auto _ : state) {
    typename Family::template pointer<plain<Family>> made{new plain<Family>};
    benchmark::DoNotOptimize(made);
  }
}

template <class Family>
void shared_weak_lock(benchmark::State& state) {
  start_a_thread();
  const auto original = Family::template make<plain<Family>>();
  const typename Family::template weak<plain<Family>> watcher = original;
  for (auto _ : state) {
    auto locked = watcher.lock();
    benchmark::DoNotOptimize(locked);
  }
}

template <class Family>
void shared_atomic_load(benchmark::State& state) {
  start_a_thread();
  typename Family::template atomic<plain<Family>> place{Family::template make<plain<Family>>()};
  for (auto _ : state) {
    auto loaded = place.load();
    benchmark::DoNotOptimize(loaded);
  }
}

template <class Family>
void shared_atomic_store(benchmark::State& state) {
  start_a_thread();
  const auto original = Family::template make<plain<Family>>();
  typename Family::template atomic<plain<Family>> place{original};
  for (auto _ : state) place.store(original);
}

BENCHMARK_TEMPLATE(shared_copy, facade_shared);
BENCHMARK_TEMPLATE(shared_copy, facade_local);
BENCHMARK_TEMPLATE(shared_copy, facade_shared, cyclic);
BENCHMARK_TEMPLATE(shared_copy, facade_local, cyclic);
BENCHMARK_TEMPLATE(shared_copy, std_shared);
BENCHMARK_TEMPLATE(shared_copy, boost_shared);
BENCHMARK_TEMPLATE(shared_copy, boost_local);
BENCHMARK_TEMPLATE(shared_copy_elsewhere, facade_shared);
BENCHMARK_TEMPLATE(shared_copy_elsewhere, std_shared);
BENCHMARK_TEMPLATE(shared_copy_elsewhere, boost_shared);
BENCHMARK_TEMPLATE(shared_copy_contended, facade_shared)->Threads(2);
BENCHMARK_TEMPLATE(shared_copy_contended, std_shared)->Threads(2);
BENCHMARK_TEMPLATE(shared_copy_contended, boost_shared)->Threads(2);
BENCHMARK_TEMPLATE(shared_make, facade_shared);
BENCHMARK_TEMPLATE(shared_make, facade_local);
BENCHMARK_TEMPLATE(shared_make, facade_shared, cyclic);
BENCHMARK_TEMPLATE(shared_make, facade_local, cyclic);
BENCHMARK_TEMPLATE(shared_make, std_shared);
BENCHMARK_TEMPLATE(shared_make, boost_shared);
BENCHMARK_TEMPLATE(shared_make, boost_local);
BENCHMARK_TEMPLATE(shared_from_new, facade_shared);
BENCHMARK_TEMPLATE(shared_from_new, facade_local);
BENCHMARK_TEMPLATE(shared_from_new, std_shared);
BENCHMARK_TEMPLATE(shared_from_new, boost_shared);
BENCHMARK_TEMPLATE(shared_weak_lock, facade_shared);
BENCHMARK_TEMPLATE(shared_weak_lock, facade_local);
BENCHMARK_TEMPLATE(shared_weak_lock, std_shared);
BENCHMARK_TEMPLATE(shared_weak_lock, boost_shared);
BENCHMARK_TEMPLATE(shared_atomic_load, facade_shared);
BENCHMARK_TEMPLATE(shared_atomic_load, facade_local);
BENCHMARK_TEMPLATE(shared_atomic_load, std_shared);
BENCHMARK_TEMPLATE(shared_atomic_load, boost_shared);
BENCHMARK_TEMPLATE(shared_atomic_store, facade_shared);
BENCHMARK_TEMPLATE(shared_atomic_store, facade_local);
BENCHMARK_TEMPLATE(shared_atomic_store, std_shared);
BENCHMARK_TEMPLATE(shared_atomic_store, boost_shared);

}  // namespace
