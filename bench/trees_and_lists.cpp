// Whole programs without cycles: binary trees, and lists that are dropped at their heads.

#include "peers.hpp"

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace {

using namespace bench;

template <class Peer>
struct tree : Peer::template counted<tree<Peer>> {
  void trace(auto&& visit) { visit(left, right); }
  typename Peer::template ptr<tree> left;
  typename Peer::template ptr<tree> right;
};

template <class Peer>
typename Peer::template ptr<tree<Peer>> make_tree(int depth) {
  auto made = Peer::template make<tree<Peer>>();
  if (depth > 0) {
    made->left = make_tree<Peer>(depth - 1);
    made->right = make_tree<Peer>(depth - 1);
  }
  return made;
}

/// The classical program: a large tree that lives on, and of each depth from 4 to 18 as many as make 2^22 leaves.
template <class Peer>
void plain_trees(benchmark::State& state) {
  constexpr int deepest = 18;
  std::int64_t nodes = 0;
  for (auto _ : state) {
    const auto lives_on = make_tree<Peer>(deepest);
    for (int depth = 4; depth <= deepest; depth += 2) {
      const int trees = 1 << (deepest - depth + 4);
      for (int i = 0; i != trees; ++i) {
        const auto made = make_tree<Peer>(depth);
        benchmark::DoNotOptimize(made->left);
      }
      nodes += std::int64_t{trees} * ((2 << depth) - 1);
    }
  }
  state.SetItemsProcessed(nodes);
}

/// Made, and dropped from its head, so that each destructor drops the next: as long as the peers, which recurse, can
/// bear.
template <class Peer>
struct link : Peer::template counted<link<Peer>> {
  explicit link(typename Peer::template ptr<link> after) : next{std::move(after)} {}
  void trace(auto&& visit) { visit(next); }
  typename Peer::template ptr<link> next;
};

template <class Peer>
void list(benchmark::State& state) {
  constexpr int links = 10'000;
  for (auto _ : state) {
    typename Peer::template ptr<link<Peer>> head;
    for (int i = 0; i != links; ++i) head = Peer::template make<link<Peer>>(std::move(head));
    benchmark::DoNotOptimize(head);
  }
  state.SetItemsProcessed(std::int64_t{links} * state.iterations());
}

/// What one must write who drops a long list with a pointer that recurses.
template <class Peer>
void drop_links(typename Peer::template ptr<link<Peer>>&& head) {
  if constexpr (is_ouro<Peer>) {
    head = nullptr;
  } else {
    while (head != nullptr) {
      auto next = std::move(head->next);
      head = std::move(next);
    }
  }
}

/// Only the drop of a list of a million: made in order, or linked in a random one.
template <class Peer, bool InOrder>
void drop_million(benchmark::State& state) {
  constexpr std::size_t links = 1'000'000;
  using ptr = typename Peer::template ptr<link<Peer>>;
  for (auto _ : state) {
    state.PauseTiming();
    std::vector<ptr> all;
    for (std::size_t i = 0; i != links; ++i) all.push_back(Peer::template make<link<Peer>>(nullptr));
    std::mt19937 random{1};
    for (std::size_t i = links; !InOrder && i != 1; --i) std::swap(all[i - 1], all[random() % i]);
    ptr head;
    for (std::size_t i = links; i != 0; --i) {
      all[i - 1]->next = std::move(head);
      head = std::move(all[i - 1]);
    }
    state.ResumeTiming();
    drop_links<Peer>(std::move(head));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(links) * state.iterations());
}

template <class Peer>
void drop_in_order(benchmark::State& state) {
  drop_million<Peer, true>(state);
}

template <class Peer>
void drop_shuffled(benchmark::State& state) {
  drop_million<Peer, false>(state);
}

BENCHMARK_TEMPLATE(plain_trees, ouro_default)->Iterations(1);
BENCHMARK_TEMPLATE(plain_trees, unique)->Iterations(1);
BENCHMARK_TEMPLATE(plain_trees, intrusive_unsafe)->Iterations(1);
BENCHMARK_TEMPLATE(plain_trees, shared)->Iterations(1);
BENCHMARK_TEMPLATE(list, ouro_default);
BENCHMARK_TEMPLATE(list, intrusive_unsafe);
BENCHMARK_TEMPLATE(list, shared);
BENCHMARK_TEMPLATE(drop_in_order, ouro_default)->Iterations(5);
BENCHMARK_TEMPLATE(drop_in_order, intrusive_unsafe)->Iterations(5);
BENCHMARK_TEMPLATE(drop_shuffled, ouro_default)->Iterations(5);
BENCHMARK_TEMPLATE(drop_shuffled, intrusive_unsafe)->Iterations(5);

}  // namespace
