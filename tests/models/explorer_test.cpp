#include "models/explorer.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

// The explorer finds the schedules that there are, and each kind of fault.

namespace {

namespace explorer = ouro::test::explorer;

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto seq_cst = std::memory_order_seq_cst;

/// Two threads that count, and lose an update if they load and store in two steps.
explorer::report explore_count(unsigned preemptions, bool is_atomic) {
  return explorer::explore({.most_preemptions = preemptions, .names = {"count"}}, [=] {
    const auto count = std::make_shared<explorer::atomic<int>>(0);
    const auto increment = [=] {
      if (is_atomic) {
        count->fetch_add(1, relaxed);
      } else {
        count->store(count->load(seq_cst) + 1, seq_cst);
      }
    };
    return explorer::scene{.threads = {increment, increment}, .at_end = [=] {
                             if (count->load() != 2) explorer::fail("an update is lost");
                           }};
  });
}

}  // namespace

TEST_CASE("explorer: an increment in two steps loses updates, which takes a preemption") {
  const auto found = explore_count(1, false);
  CHECK(found.failure ==
        "an update is lost, in execution 2:\n"
        "thread 1: count.load(seq_cst) reads 0\n"
        "thread 2: count.load(seq_cst) reads 0\n"
        "          count.store(seq_cst) writes 1\n"
        "thread 1: count.store(seq_cst) writes 1\n");
  CHECK(explore_count(0, false).has_passed());
  CHECK(explore_count(3, true).has_passed());
}

namespace {

/// In how many schedules two threads run that take two steps each.
std::uint64_t interleavings(unsigned preemptions) {
  const auto found = explorer::explore({.most_preemptions = preemptions}, [] {
    const auto count = std::make_shared<explorer::atomic<int>>(0);
    const auto two_steps = [=] {
      count->fetch_add(1);
      count->fetch_sub(1);
    };
    return explorer::scene{.threads = {two_steps, two_steps}};
  });
  return found.executions;
}

}  // namespace

TEST_CASE("explorer: schedules are as many as the preemptions allow") {
  CHECK(explore_count(0, true).executions == 2);  // which thread is the first
  CHECK(interleavings(0) == 2);
  CHECK(interleavings(1) == 4);  // 1 2 2 1, and 2 1 1 2
  CHECK(interleavings(2) == 6);  // 1 2 1 2, and 2 1 2 1: all orders of four steps
  CHECK(interleavings(10) == 6);
}

namespace {

/// Threads that take a lock by spinning, and count under it.
explorer::report explore_spin_lock(std::memory_order taking, std::memory_order leaving, std::size_t threads) {
  struct state {
    explorer::atomic<bool> is_taken{false};
    explorer::plain<int> count{0};
  };
  return explorer::explore({.names = {"is_taken"}}, [=] {
    const auto shared = std::make_shared<state>();
    const auto increment = [=] {
      while (shared->is_taken.exchange(true, taking)) explorer::yield();
      shared->count.write(shared->count.read() + 1);
      shared->is_taken.store(false, leaving);
    };
    explorer::scene made;
    made.threads.assign(threads, increment);
    made.at_end = [=] {
      if (shared->count.read() != static_cast<int>(threads)) explorer::fail("an update is lost");
    };
    return made;
  });
}

}  // namespace

TEST_CASE("explorer: a spin lock excludes, if it is acquired and released") {
  for (const std::size_t threads : {2U, 3U}) {
    const auto found = explore_spin_lock(acquire, release, threads);
    CHECK_MESSAGE(found.has_passed(), found.failure);
    MESSAGE("explored: ", found.executions);
  }
  CHECK(explore_spin_lock(relaxed, release, 2).failure.starts_with("a data race of a read with an earlier write"));
  CHECK(explore_spin_lock(acquire, relaxed, 2).failure.starts_with("a data race of a read with an earlier write"));
}

TEST_CASE("explorer: plain uses race in whichever order they come") {
  const auto explore_use = [](bool reads_first) {
    return explorer::explore({.most_preemptions = 0}, [=] {
      const auto value = std::make_shared<explorer::plain<int>>(0);
      const auto reads = [=] { static_cast<void>(value->read()); };
      const auto writes = [=] { value->write(1); };
      return reads_first ? explorer::scene{.threads = {reads, writes}} : explorer::scene{.threads = {writes, reads}};
    });
  };
  CHECK(explore_use(true).failure.starts_with("a data race of a write with an earlier read, in execution 1"));
  CHECK(explore_use(false).failure.starts_with("a data race of a read with an earlier write, in execution 1"));
}

TEST_CASE("explorer: threads that wait for each other, or for nobody, are found") {
  const auto explore_wait = [](bool is_raised) {
    return explorer::explore({.names = {"flag"}}, [=] {
      const auto flag = std::make_shared<explorer::atomic<int>>(0);
      return explorer::scene{.threads = {[=] {
                                           while (flag->load(relaxed) == 0) explorer::yield();
                                         },
                                         [=] { flag->store(is_raised ? 1 : 0, relaxed); }}};
    });
  };
  CHECK(explore_wait(true).has_passed());
  CHECK(explore_wait(false).failure.starts_with("each thread that is left waits for another one"));

  const auto endless = explorer::explore({.most_steps = 100}, [] {
    const auto flag = std::make_shared<explorer::atomic<int>>(0);
    return explorer::scene{.threads = {[=] {
                             while (flag->load() == 0) flag->store(0);
                           }}};
  });
  CHECK(endless.failure.starts_with("the threads come to no end, in execution 1"));
}

TEST_CASE("explorer: a scene that does something else each time is refused, and so is one that throws") {
  int run = 0;
  const auto changing = explorer::explore({}, [&] {
    const auto flag = std::make_shared<explorer::atomic<int>>(0);
    const auto steps = [=, many = ++run] {
      for (int i = 0; i != many; ++i) flag->fetch_add(1);
    };
    return explorer::scene{.threads = {steps, steps, steps}};
  });
  CHECK(changing.failure == "the scene does not do the same twice");
  const auto throwing = explorer::explore({}, [] { return explorer::scene{.threads = {[] { throw 1; }}}; });
  CHECK(throwing.failure.starts_with("a thread has thrown an exception"));
}
