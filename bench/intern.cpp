// What does it cost to find a string that is interned already?

#include "peers.hpp"

#include <absl/container/flat_hash_set.h>
#include <absl/container/node_hash_set.h>
#include <absl/strings/string_view.h>
#include <benchmark/benchmark.h>
#include <boost/flyweight.hpp>
#include <boost/flyweight/no_locking.hpp>
#include <boost/flyweight/no_tracking.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace {

constexpr std::size_t queries = 1 << 16;

/// 8 to 24 characters, of a million different ones.
std::string text(std::size_t number) {
  const std::string digits = std::to_string(number * 7919 % 1'000'003);
  return "string-" + digits + std::string(number % (18 - digits.size()), '.');
}

/// Which string is asked for: each as often as the others, or one in proportion to its place in the list (Zipf).
struct uniform {
  explicit uniform(std::size_t distinct) : all{0, distinct - 1} {}
  std::size_t operator()(std::mt19937& random) { return all(random); }
  std::uniform_int_distribution<std::size_t> all;
};

struct zipf {
  explicit zipf(std::size_t distinct) : last{std::log(static_cast<double>(distinct))} {}
  std::size_t operator()(std::mt19937& random) {
    return static_cast<std::size_t>(std::exp(std::uniform_real_distribution<>{0, last}(random))) - 1;
  }
  double last;
};

/// Queries in random order, one behind the other in memory: each is there before it is asked for.
template <class Distribution>
std::vector<std::string> make_queries(std::size_t distinct) {
  std::mt19937 random{1};
  Distribution choose{distinct};
  std::vector<std::string> made;
  for (std::size_t i = 0; i != queries; ++i) made.push_back(text(choose(random)));
  return made;
}

struct ouro_string {
  explicit ouro_string(std::size_t distinct) {
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

template <class Set>
struct absl_set {
  explicit absl_set(std::size_t distinct) {
    for (std::size_t i = 0; i != distinct; ++i) kept.insert(text(i));
  }
  /// Debian's abseil has a string_view of its own.
  auto find(std::string_view query) { return &*kept.find(absl::string_view{query.data(), query.size()}); }
  Set kept;
};

using flat_hash_set = absl_set<absl::flat_hash_set<std::string>>;
using node_hash_set = absl_set<absl::node_hash_set<std::string>>;

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

template <class Peer, class Distribution = uniform>
void find_string(benchmark::State& state) {
  const auto distinct = static_cast<std::size_t>(state.range(0));
  Peer peer{distinct};
  const std::vector<std::string> all = make_queries<Distribution>(distinct);
  std::size_t i = 0;
  for (auto _ : state) {
    auto found = peer.find(all[i]);
    benchmark::DoNotOptimize(found);
    i = (i + 1) % queries;
  }
}

/// The same, 16 queries at a time.
template <class Distribution>
void find_batch(benchmark::State& state) {
  constexpr std::size_t batch = 16;
  const auto distinct = static_cast<std::size_t>(state.range(0));
  const ouro_string peer{distinct};
  const std::vector<std::string> all = make_queries<Distribution>(distinct);
  std::vector<ouro::interned_string> found(batch);
  std::size_t i = 0;
  for (auto _ : state) {
    ouro::interned_string::intern_all(&all[i], &all[i] + batch, found.begin());
    benchmark::DoNotOptimize(found.data());
    i = (i + batch) % queries;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(batch) * state.iterations());
}

void small_int(benchmark::State& state) {
  long long i = 0;
  for (auto _ : state) {
    const ouro::small_int made{i};
    benchmark::DoNotOptimize(made);
    i = (i + 1) & 127;
  }
}

template <class Peer>
void ask(const char* name) {
  for (const std::int64_t distinct : {1000, 100'000, 1'000'000}) {
    const std::string of = std::string{"<"} + name + '>';
    benchmark::RegisterBenchmark(("found" + of).c_str(), find_string<Peer>)->Arg(distinct);
    benchmark::RegisterBenchmark(("found_zipf" + of).c_str(), find_string<Peer, zipf>)->Arg(distinct);
  }
}

[[maybe_unused]] const bool asked = [] {
  ask<ouro_string>("ouro");
  ask<flat_hash_set>("flat_hash_set");
  ask<node_hash_set>("node_hash_set");
  ask<unordered_set>("unordered_set");
  ask<flyweight_bare>("flyweight_bare");
  ask<flyweight_default>("flyweight_default");
  for (const std::int64_t distinct : {1000, 100'000, 1'000'000}) {
    benchmark::RegisterBenchmark("found<ouro_batch>", find_batch<uniform>)->Arg(distinct);
    benchmark::RegisterBenchmark("found_zipf<ouro_batch>", find_batch<zipf>)->Arg(distinct);
  }
  benchmark::RegisterBenchmark("small_int<ouro>", small_int);
  return true;
}();

}  // namespace
