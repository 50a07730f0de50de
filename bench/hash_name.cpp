// What does it cost to hash a name of 8 to 24 characters? Which function the interner uses was decided here.

#include <ouro/ouro.hpp>

#include <absl/hash/hash.h>
#include <absl/strings/string_view.h>
#include <benchmark/benchmark.h>
#include <boost/container_hash/hash.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstddef>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct ouro_hash {
  std::size_t operator()(std::string_view name) const { return ouro::detail::hash_bytes(name.data(), name.size()); }
};

struct murmur {
  std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>{}(name); }
};

struct absl_hash {
  std::size_t operator()(std::string_view name) const {
    return absl::Hash<absl::string_view>{}(absl::string_view{name.data(), name.size()});
  }
};

struct boost_hash {
  std::size_t operator()(std::string_view name) const { return boost::hash_range(name.begin(), name.end()); }
};

struct xxh3 {
  std::size_t operator()(std::string_view name) const { return XXH3_64bits_withSeed(name.data(), name.size(), 1); }
};

/// Each name's hash decides which name comes next, as it decides where a table looks. `Lengths`: of how many different
/// lengths the names are; one can be foretold.
template <class Hash>
void hash_name(benchmark::State& state) {
  constexpr std::size_t names = 1024;
  const auto lengths = static_cast<std::size_t>(state.range(0));
  std::mt19937 random{1};
  std::vector<std::string> all;
  for (std::size_t i = 0; i != names; ++i) {
    all.emplace_back(lengths == 1 ? 16 : 8 + random() % lengths, ' ');
    for (char& each : all.back()) each = static_cast<char>('a' + random() % 26);
  }
  std::size_t i = 0;
  for (auto _ : state) i = (Hash{}(all[i % names]) + i) & 0xFFFFFFFF;
  benchmark::DoNotOptimize(i);
}

BENCHMARK_TEMPLATE(hash_name, ouro_hash)->Arg(1)->Arg(17);
BENCHMARK_TEMPLATE(hash_name, absl_hash)->Arg(1)->Arg(17);
BENCHMARK_TEMPLATE(hash_name, xxh3)->Arg(1)->Arg(17);
BENCHMARK_TEMPLATE(hash_name, murmur)->Arg(1)->Arg(17);
BENCHMARK_TEMPLATE(hash_name, boost_hash)->Arg(1)->Arg(17);

}  // namespace
