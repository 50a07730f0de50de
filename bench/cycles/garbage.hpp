#pragma once
/// \file
/// Garbage of three shapes: cycles of two objects, one ring, a grid. Automatic collections are off, the heap is the one
/// that earlier repetitions have left: ns per object.

#include "report.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace cycles {

template <class Peer>
struct node {
  typename Peer::template ptr<node> left{};
  typename Peer::template ptr<node> right{};
  long payload = 0;
};

template <class Peer>
struct cell {
  typename Peer::template ptr<cell> up{}, down{}, left{}, right{};
};

template <class Peer>
void ask_cyc(const report& out) {
  using pairs = typename Peer::template handles<node<Peer>>;
  const std::size_t objects = out.size(1'000'000);
  const auto each = [&](double time) { return time / static_cast<double>(objects); };
  std::vector<double> make, drop, collect, whole;
  Peer::stop_collecting();
  pairs all;
  all.reserve(objects / 2);
  // The first repetition has a fresh heap; those that count have a recycled one.
  for (std::size_t i = 0; i != 1 + out.repetitions(9); ++i) {
    make.push_back(each(time_of([&] {
      for (std::size_t pair = 0; pair != objects / 2; ++pair) {
        auto first = Peer::template make<node<Peer>>();
        auto second = Peer::template make<node<Peer>>();
        first->left = second;
        second->left = first;
        all.push_back(std::move(first));
      }
    })));
    if constexpr (Peer::cuts_cycles) {
      collect.push_back(each(time_of([&] {
        for (auto& first : all) first->left = nullptr;
      })));
      drop.push_back(each(time_of([&] { all.clear(); })));
    } else {
      drop.push_back(each(time_of([&] { all.clear(); })));
      collect.push_back(each(time_of([&] { Peer::collect(objects / 2 * 2); })));
    }
    whole.push_back(make.back() + drop.back() + collect.back());
  }
  for (auto* const times : {&make, &drop, &collect, &whole}) times->erase(times->begin());
  out.print("cyc_make", median(make), "ns");
  out.print("cyc_drop", median(drop), "ns");
  out.print("cyc_collect", median(collect), "ns");
  out.print("cyc_whole", median(whole), "ns");
  Peer::start_collecting();
}

template <class Peer>
[[gnu::noinline]] void make_ring(std::size_t objects) {
  auto first = Peer::template make<node<Peer>>();
  auto last = first;
  for (std::size_t i = 1; i != objects; ++i) {
    auto next = Peer::template make<node<Peer>>();
    last->left = next;
    last = std::move(next);
  }
  last->left = first;
}

template <class Peer>
[[gnu::noinline]] void make_grid(std::size_t side) {
  typename Peer::template handles<cell<Peer>> above(side);
  for (std::size_t row = 0; row != side; ++row) {
    typename Peer::template handles<cell<Peer>> here(side);
    for (std::size_t column = 0; column != side; ++column) {
      here[column] = Peer::template make<cell<Peer>>();
      if (column != 0) {
        here[column]->left = here[column - 1];
        here[column - 1]->right = here[column];
      }
      if (row != 0) {
        here[column]->up = above[column];
        above[column]->down = here[column];
      }
    }
    above.swap(here);
  }
}

/// The time to collect what `make` leaves behind.
template <class Peer, class Make>
void ask_collect(const report& out, const char* question, std::size_t objects, Make make) {
  std::vector<double> times;
  Peer::stop_collecting();
  for (std::size_t i = 0; i != 1 + out.repetitions(5); ++i) {
    make();
    Peer::clean_stack();
    times.push_back(time_of([&] { Peer::collect(objects); }) / static_cast<double>(objects));
  }
  times.erase(times.begin());
  out.print(question, median(times), "ns");
  Peer::start_collecting();
}

template <class Peer>
void ask_garbage(const report& out) {
  if (out.wants("cyc")) ask_cyc<Peer>(out);
  if (out.wants("ring")) {
    const std::size_t objects = out.size(1'000'000);
    ask_collect<Peer>(out, "ring", objects, [&] { make_ring<Peer>(objects); });
  }
  if (out.wants("grid")) {
    const std::size_t side = out.is_smoke() ? 30 : 1000;
    ask_collect<Peer>(out, "grid", side * side, [&] { make_grid<Peer>(side); });
  }
}

}  // namespace cycles
