#pragma once
/// \file
/// Threads that use shared pointers at once, and an object that shows whether it lives.

#include "standard/pointers.hpp"
#include "support/counted.hpp"

#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

namespace ouro::test {

inline constexpr int threads = 4;

/// Begins `action(i)` in each of four threads at once, and waits for their ends.
template <class Action>
void run_together(Action action) {
  std::barrier<> together{threads};
  std::vector<std::thread> all;
  for (int i = 0; i != threads; ++i) {
    all.emplace_back([&together, &action, i] {
      together.arrive_and_wait();
      action(i);
    });
  }
  const ouro::blocking until_all_end;
  for (std::thread& each : all) each.join();
}

namespace standard {

struct object : ouro::test::counted<object, std::atomic<int>> {
  explicit object(int of = 0) : value{of}, copy{of} {}
  ~object() { value = copy = -1; }
  int value;
  int copy;
  /// False for an object that is not constructed yet, or destroyed already.
  [[nodiscard]] bool is_whole() const { return value >= 0 && value == copy; }
};

}  // namespace standard
}  // namespace ouro::test
