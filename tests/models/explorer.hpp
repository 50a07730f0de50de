#pragma once
/// \file
/// Runs lock-free code in each order of its threads' steps, and with each value that the memory model lets it read.
///
/// The code under test has its atomic type as a template parameter, and gets `explorer::atomic`. Its threads are fibers
/// of one thread of the system; each operation of an atomic object is a step, before which another thread may go on. A
/// scene is executed again and again, each time with the next choices, until all have been explored (stateless model
/// checking):
///
///     const auto found = explorer::explore({}, [] {
///       const auto count = std::make_shared<explorer::atomic<int>>(0);
///       const auto increment = [count] { count->fetch_add(1, std::memory_order_relaxed); };
///       return explorer::scene{.threads = {increment, increment},
///                              .at_end = [count] { if (count->load() != 2) explorer::fail("an update is lost"); }};
///     });
///     CHECK_MESSAGE(found.has_passed(), found.failure);
///
/// Explored are: each choice of the next thread with up to `most_preemptions` switches away from a thread that could
/// have gone on (Musuvathi and Qadeer, "Iterative Context Bounding for Systematic Testing of Multithreaded Programs",
/// PLDI 2007), since most faults need two; and each store that a load may read (weak_memory.hpp; the idea is that of
/// Norris and Demsky, "CDSChecker", OOPSLA 2013, in the form of views, as Kang et al. have them in "A Promising
/// Semantics for Relaxed-Memory Concurrency", POPL 2017). A thread that spins calls `yield`. Then the others go on
/// without a preemption; the thread waits until one has changed a value, unless it had not read the newest values yet,
/// which it sees then. So a spinning thread waits for a fair scheduler, and threads that wait for each other are found.
///
/// Not explored are:
/// - Orders of the stores to a location other than the one in which they are executed. Hardware may order two stores of
///   different threads otherwise if each of them is relaxed or releases.
/// - Loads that read what is stored later: load buffering, and values out of thin air. A step does not come before an
///   earlier one of its thread. For counts, ordered_count.hpp looks at those orders, too.
/// - Failures of compare_exchange_weak without a cause. One that fails may have read an old value, as any load may.
/// - Fences. And no more order by seq_cst than C++20 promises: other accesses may pass a seq_cst store, as on ARMv8.
/// - What a thread that has yielded could still have missed of the locations that it has read since it yielded last.
///
/// What the threads do depends on nothing but what they read; addresses may differ. A failed execution is left as it
/// is: what its threads have on their stacks is not destroyed, and so owns no memory.

#include "models/explorer/execution.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace ouro::test::explorer {

/// Ends the execution, and with it the exploration. Returns only to the check at the end of a scene.
inline void fail(std::string_view message) { execution::current().fail(message); }

/// The thread cannot go on until another thread has done something.
inline void yield() { execution::current().yield(); }

/// For `happens_before`, which says whether what a thread did at one moment happens before what another did at another.
inline moment now() { return execution::current().now(); }

/// As `std::atomic<T>`, for numbers and pointers. It belongs to the scene in which it was made.
template <class T>
class atomic {
 public:
  using value_type = T;
  static constexpr bool is_always_lock_free = true;

  atomic() : atomic{T{}} {}
  atomic(T value) : location_{execution::current().add_location(word_of(value))} {}  // NOLINT: as std::atomic
  atomic(const atomic&) = delete;
  atomic& operator=(const atomic&) = delete;

  [[nodiscard]] T load(std::memory_order order = std::memory_order_seq_cst) const {
    return value_of(execution::current().load(location_, order));
  }
  void store(T value, std::memory_order order = std::memory_order_seq_cst) {
    execution::current().store(location_, word_of(value), order);
  }
  T exchange(T value, std::memory_order order = std::memory_order_seq_cst) {
    return update("exchange", order, [value](T) { return value; });
  }
  T fetch_add(T added, std::memory_order order = std::memory_order_seq_cst) {
    return update("fetch_add", order, [added](T value) { return static_cast<T>(value + added); });
  }
  T fetch_sub(T subtracted, std::memory_order order = std::memory_order_seq_cst) {
    return update("fetch_sub", order, [subtracted](T value) { return static_cast<T>(value - subtracted); });
  }

  bool compare_exchange_strong(T& expected, T desired, std::memory_order success, std::memory_order failure) {
    word found = word_of(expected);
    const bool has_replaced =
        execution::current().compare_exchange(location_, found, word_of(desired), success, failure);
    expected = value_of(found);
    return has_replaced;
  }
  bool compare_exchange_strong(T& expected, T desired, std::memory_order order = std::memory_order_seq_cst) {
    return compare_exchange_strong(expected, desired, order, order_of_failure(order));
  }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order success, std::memory_order failure) {
    return compare_exchange_strong(expected, desired, success, failure);
  }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order order = std::memory_order_seq_cst) {
    return compare_exchange_strong(expected, desired, order);
  }

 private:
  static word word_of(T value) {
    if constexpr (std::is_pointer_v<T>) {
      return reinterpret_cast<std::uintptr_t>(value);
    } else {
      return static_cast<word>(value);
    }
  }
  static T value_of(word value) {
    if constexpr (std::is_pointer_v<T>) {
      return reinterpret_cast<T>(static_cast<std::uintptr_t>(value));
    } else {
      return static_cast<T>(value);
    }
  }
  static std::memory_order order_of_failure(std::memory_order order) {
    if (order == std::memory_order_acq_rel) return std::memory_order_acquire;
    if (order == std::memory_order_release) return std::memory_order_relaxed;
    return order;
  }

  template <class Change>
  T update(const char* operation, std::memory_order order, Change change) {
    return value_of(execution::current().update(
        operation, location_, [&](word found) { return word_of(change(value_of(found))); }, order));
  }

  std::size_t location_;
};

/// A variable that is not atomic. Uses of it that do not happen one after the other are a data race, which fails in the
/// execution in which they come together, whichever of them comes first.
template <class T>
class plain {
 public:
  explicit plain(T value = T{}) : value_{std::move(value)} { execution::current().write_plain(uses_); }
  plain(const plain&) = delete;
  plain& operator=(const plain&) = delete;

  [[nodiscard]] const T& read() {
    execution::current().read_plain(uses_);
    return value_;
  }
  void write(T value) {
    execution::current().write_plain(uses_);
    value_ = std::move(value);
  }

 private:
  T value_;
  plain_uses uses_;
};

/// What an exploration has found.
struct report {
  std::uint64_t executions = 0;
  bool is_complete = false;  ///< all executions were explored, and none has failed
  std::string failure;       ///< of the first execution that has failed, with its schedule

  [[nodiscard]] bool has_passed() const { return is_complete; }
};

/// Executes the scene until one execution fails or all have been explored.
inline report explore(const options& wanted, const std::function<scene()>& make_scene) {
  report found;
  execution run{wanted};
  while (true) {
    run.run(make_scene);
    ++found.executions;
    if (!run.failure().empty()) {
      found.failure = run.failure() + ", in execution " + std::to_string(found.executions) + ":\n" + run.schedule();
    } else if (!run.is_repeatable()) {
      found.failure = "the scene does not do the same twice";
    } else if (found.executions == wanted.most_executions) {
      found.failure = "there are more executions than most_executions";
    } else if (run.advance()) {
      continue;
    } else {
      found.is_complete = true;
    }
    return found;
  }
}

}  // namespace ouro::test::explorer
