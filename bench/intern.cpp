// What does it cost to find a string that is interned already?

#include "peers.hpp"

#include <benchmark/benchmark.h>
#include <boost/flyweight.hpp>
#include <boost/flyweight/no_locking.hpp>
#include <boost/flyweight/no_tracking.hpp>

#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace {

constexpr std::size_t queries = 1 << 16;

std::string text(std::size_t number) { return "string-" + std::to_string(number * 7919 % 1'000'003); }

/// Queries in random order, each a string of its own.
std::vector<std::string> make_queries(std::size_t distinct) {
  std::mt19937 random{1};
  std::vector<std::string> made;
  for (std::size_t i = 0; i != queries; ++i) made.push_back(text(random() % distinct));
  return made;
}

struct ouro_interned {
  explicit ouro_interned(std::size_t distinct) {
    for (std::size_t i = 0; i != distinct; ++i) kept.emplace_back(text(i));
  }
  auto find(std::string_view query) { return ouro::interned_string{query}; }
  std::vector<ouro::interned_string> kept;
};

struct transparent_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view view) const { return std::hash<std::string_view>{}(view); }
};

struct unordered_set {
  explicit unordered_set(std::size_t distinct) {
    for (std::size_t i = 0; i != distinct; ++i) kept.insert(text(i));
  }
  auto find(std::string_view query) { return &*kept.find(query); }
  std::unordered_set<std::string, transparent_hash, std::equal_to<>> kept;
};

template <class... Options>
struct flyweight {
  using handle = boost::flyweight<std::string, Options...>;
  explicit flyweight(std::size_t distinct) {
    for (std::size_t i = 0; i != distinct; ++i) kept.emplace_back(text(i));
  }
  auto find(std::string_view query) { return handle{query.begin(), query.end()}; }
  std::vector<handle> kept;
};

using flyweight_default = flyweight<>;
using flyweight_bare = flyweight<boost::flyweights::no_locking, boost::flyweights::no_tracking>;

template <class Peer>
void find_string(benchmark::State& state) {
  const auto distinct = static_cast<std::size_t>(state.range(0));
  Peer peer{distinct};
  const std::vector<std::string> all = make_queries(distinct);
  std::size_t i = 0;
  for (auto _ : state) {
    auto found = peer.find(all[i]);
    benchmark::DoNotOptimize(found);
    i = (i + 1) % queries;
  }
}

void small_int(benchmark::State& state) {
  long long i = 0;
  for (auto _ : state) {
    const ouro::small_int made{i};
    benchmark::DoNotOptimize(made);
    i = (i + 1) & 127;
  }
}

BENCHMARK_TEMPLATE(find_string, ouro_interned)->Arg(1000)->Arg(100'000);
BENCHMARK_TEMPLATE(find_string, unordered_set)->Arg(1000)->Arg(100'000);
BENCHMARK_TEMPLATE(find_string, flyweight_bare)->Arg(1000)->Arg(100'000);
BENCHMARK_TEMPLATE(find_string, flyweight_default)->Arg(1000)->Arg(100'000);
BENCHMARK(small_int);

}  // namespace
