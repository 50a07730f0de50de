// Where should a trial keep its counts: in the headers, or beside them in a table of a byte per object? The walk of a
// trial over a random graph, all of which is alive, with each of the two; in the library they are in the headers.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace {

struct object {
  std::uint32_t count;
  std::uint32_t reached;
  object* edges[2];
  long payload;
};

struct visit {
  object* at;
  std::uint32_t count;
};

/// Lowers the counts themselves, and puts them back in the end.
class in_place {
 public:
  explicit in_place(std::vector<object>& all) : visits_{all.size()} {}

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] object* at(std::size_t i) const { return visits_[i].at; }

  void fetch(object* target) const { __builtin_prefetch(target, 1); }

  void reach(object* target) {
    if (target->reached != 0) return;
    target->reached = 1;
    visits_[size_++] = {target, target->count};
  }

  void subtract(object* target) {
    reach(target);
    if (--target->count == 0) ++without_rest_;
  }

  std::size_t finish() {
    for (std::size_t i = 0; i != size_; ++i) {
      __builtin_prefetch(visits_[std::min(i + 32, size_ - 1)].at, 1);
      visits_[i].at->count = visits_[i].count;
      visits_[i].at->reached = 0;
    }
    size_ = 0;
    return without_rest_;
  }

 private:
  std::vector<visit> visits_;
  std::size_t size_ = 0;
  std::size_t without_rest_ = 0;
};

/// Lowers a copy of one byte, in which 0 says that the object has not been reached.
class beside {
 public:
  explicit beside(std::vector<object>& all) : first_{all.data()}, counts_(all.size()), visits_{all.size()} {}

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] object* at(std::size_t i) const { return visits_[i].at; }

  void fetch(object* target) const {
    __builtin_prefetch(target);
    __builtin_prefetch(&counts_[index(target)], 1);
  }

  void reach(object* target) {
    std::uint8_t& copy = counts_[index(target)];
    if (copy != 0) return;
    copy = static_cast<std::uint8_t>(std::min(target->count, 250u) + 1);
    visits_[size_++] = {target, 0};
  }

  void subtract(object* target) {
    reach(target);
    if (--counts_[index(target)] == 1) ++without_rest_;
  }

  std::size_t finish() {
    for (std::size_t i = 0; i != size_; ++i) counts_[index(visits_[i].at)] = 0;
    size_ = 0;
    return without_rest_;
  }

 private:
  [[nodiscard]] std::size_t index(const object* of) const { return static_cast<std::size_t>(of - first_); }

  const object* first_;
  std::vector<std::uint8_t> counts_;
  std::vector<visit> visits_;
  std::size_t size_ = 0;
  std::size_t without_rest_ = 0;
};

/// As in the library: breadth first, 64 edges at a time, all objects are candidates and entered in their order.
template <class Counts>
std::size_t walk(std::vector<object>& all, Counts& counts) {
  object* edges[64];
  std::size_t buffered = 0;
  std::size_t candidate = 0;
  const auto subtract = [&] {
    for (std::size_t i = 0; i != buffered; ++i) counts.subtract(edges[i]);
    buffered = 0;
  };
  for (std::size_t i = 0;;) {
    if (i + 32 > counts.size()) {
      for (int more = 0; more != 64 && candidate != all.size(); ++more) counts.reach(&all[candidate++]);
    }
    if (i == counts.size()) subtract();
    if (i == counts.size()) return counts.finish();
    __builtin_prefetch(counts.at(std::min(i + 32, counts.size() - 1)));
    for (object* const target : counts.at(i++)->edges) {
      counts.fetch(target);
      edges[buffered++] = target;
      if (buffered == 64) subtract();
    }
  }
}

template <class Counts>
void trial_counts(benchmark::State& state) {
  std::vector<object> all(static_cast<std::size_t>(state.range(0)), object{1, 0, {}, 0});
  std::mt19937_64 random{1};
  for (object& each : all) {
    for (object*& edge : each.edges) {
      edge = &all[random() % all.size()];
      ++edge->count;
    }
  }
  Counts counts{all};
  for (auto _ : state) benchmark::DoNotOptimize(walk(all, counts));
  state.SetItemsProcessed(state.range(0) * state.iterations());
}

BENCHMARK_TEMPLATE(trial_counts, in_place)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Arg(10'000'000);
BENCHMARK_TEMPLATE(trial_counts, beside)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Arg(10'000'000);

}  // namespace
