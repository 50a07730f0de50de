// What does an object cost that one thread makes and another drops?

#include "peers.hpp"

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>

namespace {

using namespace bench;

/// Hands things over from one thread to one other, in order. Both wait in a loop.
template <class Thing>
class ring {
 public:
  void put(Thing&& thing) {
    const std::size_t at = last_.load(std::memory_order_relaxed);
    while (at - first_.load(std::memory_order_acquire) == size) std::this_thread::yield();
    things_[at % size] = std::move(thing);
    last_.store(at + 1, std::memory_order_release);
  }

  Thing get() {
    const std::size_t at = first_.load(std::memory_order_relaxed);
    while (at == last_.load(std::memory_order_acquire)) std::this_thread::yield();
    Thing thing = std::move(things_[at % size]);
    first_.store(at + 1, std::memory_order_release);
    return thing;
  }

 private:
  static constexpr std::size_t size = 4096;
  std::unique_ptr<Thing[]> things_{new Thing[size]{}};
  alignas(64) std::atomic<std::size_t> first_{0};
  alignas(64) std::atomic<std::size_t> last_{0};
};

/// Nothing but the ring.
struct empty_ring {
  using handle = long;
  static handle make(std::size_t bytes) { return static_cast<long>(bytes); }
};

struct blob {
  blob() noexcept {}  // NOLINT(modernize-use-equals-default): that would write zeros
  unsigned char byte;
};

struct ouro_atomic {
  using handle = bench::ouro_atomic::ptr<blob[]>;
  static handle make(std::size_t bytes) { return bench::ouro_atomic::make<blob[]>(bytes); }
};

/// An atomic count in front of the bytes.
struct intrusive_safe {
  class handle {
   public:
    handle() = default;
    explicit handle(void* block) : count_{::new(block) std::atomic<long>{1}} {}
    handle(handle&& from) noexcept : count_{std::exchange(from.count_, nullptr)} {}
    handle& operator=(handle&& from) noexcept {
      std::swap(count_, from.count_);
      return *this;
    }
    ~handle() {
      if (count_ != nullptr && count_->fetch_sub(1, std::memory_order_acq_rel) == 1) ::operator delete(count_);
    }

   private:
    std::atomic<long>* count_ = nullptr;
  };
  static handle make(std::size_t bytes) { return handle{::operator new(sizeof(std::atomic<long>) + bytes)}; }
};

/// So many bytes each, or 16 to 512 for 0.
template <class Peer>
void across_threads(benchmark::State& state) {
  constexpr std::int64_t objects = 1'000'000;
  const auto bytes = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    ring<typename Peer::handle> between;
    std::thread dropper{[&] {
      for (std::int64_t i = 0; i != objects; ++i) benchmark::DoNotOptimize(between.get());
    }};
    std::uint32_t random = 1;
    for (std::int64_t i = 0; i != objects; ++i) {
      random = random * 1664525 + 1013904223;
      between.put(Peer::make(bytes != 0 ? bytes : 16 + (random >> 16) % 63 * 8));
    }
    dropper.join();
  }
  state.SetItemsProcessed(objects * state.iterations());
}

BENCHMARK_TEMPLATE(across_threads, ouro_atomic)->Arg(64)->Arg(0)->Iterations(2)->UseRealTime();
BENCHMARK_TEMPLATE(across_threads, intrusive_safe)->Arg(64)->Arg(0)->Iterations(2)->UseRealTime();
BENCHMARK_TEMPLATE(across_threads, empty_ring)->Arg(64)->Arg(0)->Iterations(2)->UseRealTime();

}  // namespace
