// What does it cost to copy a pointer and to drop the copy?

#include <ouro/ouro.hpp>

#include <benchmark/benchmark.h>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <boost/smart_ptr/local_shared_ptr.hpp>
#include <boost/smart_ptr/make_local_shared.hpp>

#include <memory>
#include <thread>

namespace {

/// The limit: a count beside the object and nothing else.
struct by_hand {
  struct node {
    long count = 0;
    long payload[4] = {};
  };
  class pointer {
   public:
    explicit pointer(node* to) : to_{to} { ++to_->count; }
    pointer(const pointer& from) : to_{from.to_} { ++to_->count; }
    pointer& operator=(const pointer&) = delete;
    ~pointer() {
      if (--to_->count == 0) delete to_;
    }

   private:
    node* to_;
  };
  static pointer make() { return pointer{new node}; }
};

template <class RefcountPolicy, class CollectorPolicy>
struct ouro_with {
  using memory = ouro::memory<RefcountPolicy, CollectorPolicy, ouro::pool_allocator>;
  struct leafy {
    long payload[4] = {};
  };
  static auto make() { return memory::template make<leafy>(); }
};

struct ouro_cyclic {
  struct node {
    ouro::ptr<node> next;
    long payload[3] = {};
  };
  static auto make() { return ouro::make<node>(); }
};

template <class Counter>
struct boost_intrusive {
  struct node : boost::intrusive_ref_counter<node, Counter> {
    long payload[4] = {};
  };
  static auto make() { return boost::intrusive_ptr<node>{new node}; }
};

struct boost_local {
  struct node {
    long payload[4] = {};
  };
  static auto make() { return boost::make_local_shared<node>(); }
};

struct std_shared {
  static auto make() { return std::make_shared<boost_local::node>(); }
};

/// libstdc++ counts without atomic instructions until the program starts a thread.
struct std_shared_in_program_with_threads {
  static auto make() {
    std::thread{[] {}}.join();
    return std_shared::make();
  }
};

template <class Contender>
void copy_and_drop(benchmark::State& state) {
  const auto original = Contender::make();
  {
    const auto candidate = original;
  }  // of the collector, once and for all
  for (auto _ : state) {
    auto copy = original;
    benchmark::DoNotOptimize(copy);
  }
}

using ouro_local = ouro_with<ouro::local_refcount, ouro::no_collector>;
using ouro_local_acyclic = ouro_with<ouro::local_refcount, ouro::trial_deletion>;
using ouro_atomic = ouro_with<ouro::atomic_refcount, ouro::no_collector>;
using boost_unsafe = boost_intrusive<boost::thread_unsafe_counter>;
using boost_safe = boost_intrusive<boost::thread_safe_counter>;

BENCHMARK_TEMPLATE(copy_and_drop, ouro_local);
BENCHMARK_TEMPLATE(copy_and_drop, ouro_local_acyclic);
BENCHMARK_TEMPLATE(copy_and_drop, ouro_cyclic);
BENCHMARK_TEMPLATE(copy_and_drop, by_hand);
BENCHMARK_TEMPLATE(copy_and_drop, boost_unsafe);
BENCHMARK_TEMPLATE(copy_and_drop, boost_local);
BENCHMARK_TEMPLATE(copy_and_drop, std_shared);
BENCHMARK_TEMPLATE(copy_and_drop, ouro_atomic);
BENCHMARK_TEMPLATE(copy_and_drop, boost_safe);
BENCHMARK_TEMPLATE(copy_and_drop, std_shared_in_program_with_threads);

}  // namespace
