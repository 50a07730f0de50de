#pragma once
/// \file
/// A count of the pointers to an object that is checked in more orders than those in which it was executed.

#include "models/explorer.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <vector>

namespace ouro::test {

/// Knows what has happened before each of its steps, and so in which other orders they could have come.
///
/// An execution has the steps of a thread one after the other. Another processor may see a relaxed increment later than
/// a store behind it, unless the store releases. Then a decrement that needs the increment comes too early: the count
/// is zero although there are pointers. No execution shows that, but what happens before what does. A consistent cut is
/// a set of steps that has, with each of its steps, all that happen before it (Mattern, "Virtual Time and Global States
/// of Distributed Systems", 1989). C++ allows an order in which the count is at some time the sum of the changes in the
/// cut. What decrements themselves synchronise is taken as it was executed; other executions have it otherwise.
class ordered_count {
 public:
  /// The first pointer, which the calling thread has.
  void begin() { change(1); }
  void increment() {
    if (change(1) < 1) explorer::fail("a count goes up from zero");
  }
  /// Returns whether it was the last one.
  [[nodiscard]] bool decrement() {
    const int before = change(-1);
    if (before < 1) explorer::fail("a count goes below zero");
    return before == 1;
  }

  [[nodiscard]] int value() const { return value_.load(std::memory_order_relaxed); }

  /// Whether there is a consistent cut with a count of zero, after which there are more steps. \pre all threads have
  /// ended
  [[nodiscard]] bool can_be_zero_early() const { return can_be_zero_in(cut{}, 0, 0); }

 private:
  struct step {
    int change;
    explorer::moment made_at;
  };
  using cut = std::array<std::size_t, explorer::most_threads>;  ///< how many steps of each thread

  int change(int by) {
    const explorer::moment now = explorer::now();
    steps_[now.thread].push_back({by, now});
    return value_.fetch_add(by, by > 0 ? std::memory_order_relaxed : std::memory_order_acq_rel);
  }

  /// Tries each number of steps of `thread` and of those behind it. `sum`: of the changes of the threads before it.
  [[nodiscard]] bool can_be_zero_in(cut tried, std::size_t thread, int sum) const {
    if (thread == explorer::most_threads) return sum == 0 && is_in_the_middle(tried) && is_consistent(tried);
    tried[thread] = 0;
    if (can_be_zero_in(tried, thread + 1, sum)) return true;
    for (const step& each : steps_[thread]) {
      ++tried[thread];
      sum += each.change;
      if (can_be_zero_in(tried, thread + 1, sum)) return true;
    }
    return false;
  }

  [[nodiscard]] bool is_consistent(const cut& tried) const {
    for (std::size_t i = 0; i != tried.size(); ++i) {
      if (tried[i] == 0) continue;
      const step& last = steps_[i][tried[i] - 1];
      for (std::size_t k = 0; k != tried.size(); ++k) {
        if (tried[k] != steps_[k].size() && happens_before(steps_[k][tried[k]].made_at, last.made_at)) return false;
      }
    }
    return true;
  }

  [[nodiscard]] bool is_in_the_middle(const cut& tried) const {
    bool is_begin = true;
    bool is_end = true;
    for (std::size_t i = 0; i != tried.size(); ++i) {
      is_begin = is_begin && tried[i] == 0;
      is_end = is_end && tried[i] == steps_[i].size();
    }
    return !is_begin && !is_end;
  }

  explorer::atomic<int> value_{0};
  std::array<std::vector<step>, explorer::most_threads> steps_;  ///< of each thread, in its order
};

}  // namespace ouro::test
