#pragma once
/// \file
/// Two classical programs, in ms.
///
/// *trees* builds binary trees bottom-up as the benchmark of that name does: one of depth 19, one of depth 18 that
/// lives on, and of each even depth from 4 as many as make 2^22 leaves; but here children know their parents.
/// *gcbench* follows the description of Ellis, Kovac and Boehm: a tree of depth 18 to stretch the heap, a tree of depth
/// 16 and an array of 500 000 numbers that live on, and trees of each even depth from 4 to 16, top-down and bottom-up.

#include "report.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace cycles {

inline void require(bool holds) {
  if (holds) return;
  std::fputs("a program has computed nonsense\n", stderr);
  std::exit(1);
}

template <class Peer>
struct child {
  typename Peer::template ptr<child> left{};
  typename Peer::template ptr<child> right{};
  typename Peer::template ptr<child> parent{};
};

template <class Peer>
typename Peer::template ptr<child<Peer>> make_family(int depth) {
  auto made = Peer::template make<child<Peer>>();
  if (depth > 0) {
    made->left = make_family<Peer>(depth - 1);
    made->right = make_family<Peer>(depth - 1);
    made->left->parent = made;
    made->right->parent = made;
  }
  return made;
}

template <class Peer>
[[nodiscard]] long count_family(const child<Peer>& root) {
  return root.left == nullptr ? 1 : 1 + count_family(*root.left) + count_family(*root.right);
}

template <class Peer>
void run_trees(int depth) {
  constexpr int least = 4;
  require(count_family(*make_family<Peer>(depth + 1)) == (1L << (depth + 2)) - 1);
  const auto lives_on = make_family<Peer>(depth);
  for (int each = least; each <= depth; each += 2) {
    const long trees = 1L << (depth - each + least);
    long nodes = 0;
    for (long i = 0; i != trees; ++i) nodes += count_family(*make_family<Peer>(each));
    require(nodes == trees * ((1L << (each + 1)) - 1));
  }
  require(count_family(*lives_on) == (1L << (depth + 1)) - 1);
}

template <class Peer>
struct branch {
  typename Peer::template ptr<branch> left{};
  typename Peer::template ptr<branch> right{};
  int first = 0;
  int second = 0;
};

template <class Peer>
void populate(int depth, branch<Peer>& at) {
  if (depth <= 0) return;
  at.left = Peer::template make<branch<Peer>>();
  at.right = Peer::template make<branch<Peer>>();
  populate(depth - 1, *at.left);
  populate(depth - 1, *at.right);
}

template <class Peer>
typename Peer::template ptr<branch<Peer>> build(int depth) {
  auto made = Peer::template make<branch<Peer>>();
  if (depth > 0) {
    made->left = build<Peer>(depth - 1);
    made->right = build<Peer>(depth - 1);
  }
  return made;
}

template <class Peer>
void run_gcbench(int stretch) {
  constexpr std::size_t numbers = 500'000;
  const auto size = [](int depth) { return (1L << (depth + 1)) - 1; };
  require(build<Peer>(stretch) != nullptr);
  auto lives_on = Peer::template make<branch<Peer>>();
  populate(stretch - 2, *lives_on);
  auto array = Peer::make_numbers(numbers);
  for (std::size_t i = 0; i != numbers / 2; ++i)
    array[static_cast<std::ptrdiff_t>(i)] = 1.0 / static_cast<double>(i + 1);
  for (int depth = 4; depth <= stretch - 2; depth += 2) {
    const long trees = 2 * size(stretch) / size(depth);
    for (long i = 0; i != trees; ++i) {
      auto root = Peer::template make<branch<Peer>>();
      populate(depth, *root);
    }
    for (long i = 0; i != trees; ++i) require(build<Peer>(depth) != nullptr);
  }
  require(lives_on != nullptr && array[1000] == 1.0 / 1001);
}

template <class Peer>
void ask_programs(const report& out) {
  const auto ask = [&](const char* question, auto run) {
    if (!out.wants(question)) return;
    std::vector<double> times;
    for (std::size_t i = 0; i != out.repetitions(3); ++i) times.push_back(time_of(run) / 1e6);
    out.print(question, median(times), "ms");
  };
  ask("trees", [&] { run_trees<Peer>(out.is_smoke() ? 8 : 18); });
  ask("gcbench", [&] { run_gcbench<Peer>(out.is_smoke() ? 8 : 18); });
}

}  // namespace cycles
