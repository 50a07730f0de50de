// What do objects of random lifetimes and of 16 to 512 bytes cost, with so many of them alive?

#include "peers.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>
#include <vector>

namespace {

using namespace bench;

/// Is not written to when it is made: only the allocation counts.
struct blob {
  blob() noexcept {}  // NOLINT(modernize-use-equals-default): that would write zeros
  unsigned char byte;
};

template <class Peer>
struct ouro_blobs {
  using handle = typename Peer::template ptr<blob[]>;
  static handle make(std::size_t bytes) { return Peer::template make<blob[]>(bytes); }
};

/// A count in front of the bytes, as an intrusive pointer would have it, on malloc or what stands in for it.
struct intrusive_blobs {
  class handle {
   public:
    handle() = default;
    explicit handle(long* made) : made_{made} { *made = 1; }
    handle(handle&& from) noexcept : made_{std::exchange(from.made_, nullptr)} {}
    handle& operator=(handle&& from) noexcept {
      std::swap(made_, from.made_);
      return *this;
    }
    ~handle() {
      if (made_ != nullptr && --*made_ == 0) ::operator delete(made_);
    }

   private:
    long* made_ = nullptr;
  };
  static handle make(std::size_t bytes) { return handle{static_cast<long*>(::operator new(sizeof(long) + bytes))}; }
};

class random_numbers {
 public:
  std::uint64_t operator()() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }

 private:
  std::uint64_t state_ = 88172645463325252u;
};

std::size_t bytes_of(std::uint64_t number) { return 16 + number % 63 * 8; }

template <class Blobs>
void churn(benchmark::State& state) {
  const auto live = static_cast<std::size_t>(state.range(0));
  random_numbers random;
  std::vector<typename Blobs::handle> all(live);
  for (auto& each : all) each = Blobs::make(bytes_of(random()));
  for (auto _ : state) {
    const std::uint64_t number = random();
    auto& place = all[(number >> 20) % live];
    // First one goes, then another comes: there are never more than so many.
    place = {};
    place = Blobs::make(bytes_of(number & 0xFFFFF));
  }
}

using intrusive = intrusive_blobs;
using ouro_default = ouro_blobs<bench::ouro_default>;

BENCHMARK_TEMPLATE(churn, ouro_default)->Arg(100'000)->Iterations(5'000'000);
BENCHMARK_TEMPLATE(churn, intrusive)->Arg(100'000)->Iterations(5'000'000);
BENCHMARK_TEMPLATE(churn, ouro_default)->Arg(10'000'000)->Iterations(5'000'000);
BENCHMARK_TEMPLATE(churn, intrusive)->Arg(10'000'000)->Iterations(5'000'000);

}  // namespace
