#include "models/explorer.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <utility>
#include <vector>

// The litmus tests of the literature: what threads may read of each other is found, and nothing else is.

namespace {

namespace explorer = ouro::test::explorer;

using results = std::set<std::pair<int, int>>;

constexpr auto relaxed = std::memory_order_relaxed;
constexpr auto acquire = std::memory_order_acquire;
constexpr auto release = std::memory_order_release;
constexpr auto acq_rel = std::memory_order_acq_rel;
constexpr auto seq_cst = std::memory_order_seq_cst;

/// Two atomic objects, and what two threads have read.
struct litmus {
  explorer::atomic<int> x{0};
  explorer::atomic<int> y{0};
  std::pair<int, int> read{-1, -1};
};

using body = std::function<void(litmus&)>;

/// All that can be read when these threads run.
results results_of(const std::vector<body>& bodies) {
  results all;
  const auto found = explorer::explore({.most_preemptions = 10}, [&] {
    const auto state = std::make_shared<litmus>();
    explorer::scene made;
    for (const body& each : bodies) made.threads.emplace_back([state, &each] { each(*state); });
    made.at_end = [state, &all] { all.insert(state->read); };
    return made;
  });
  CHECK_MESSAGE(found.has_passed(), found.failure);
  MESSAGE("explored: ", found.executions);
  return all;
}

results store_buffering(std::memory_order stores, std::memory_order loads) {
  return results_of({[=](litmus& at) {
                       at.x.store(1, stores);
                       at.read.first = at.y.load(loads);
                     },
                     [=](litmus& at) {
                       at.y.store(1, stores);
                       at.read.second = at.x.load(loads);
                     }});
}

results message_passing(std::memory_order stores, std::memory_order loads) {
  return results_of({[=](litmus& at) {
                       at.x.store(1, relaxed);
                       at.y.store(1, stores);
                     },
                     [=](litmus& at) {
                       at.read.first = at.y.load(loads);
                       at.read.second = at.x.load(relaxed);
                     }});
}

/// A message behind which another thread updates the flag, and a third one reads.
results message_through_update(std::memory_order update) {
  return results_of({[=](litmus& at) {
                       at.x.store(1, relaxed);
                       at.y.store(1, release);
                     },
                     [=](litmus& at) { at.y.fetch_add(1, update); },
                     [=](litmus& at) {
                       at.read.first = at.y.load(acquire);
                       at.read.second = at.x.load(relaxed);
                     }});
}

/// Independent reads of independent writes: what the readers saw first and second, as two digits.
results independent_reads(std::memory_order stores, std::memory_order loads) {
  return results_of({[=](litmus& at) { at.x.store(1, stores); }, [=](litmus& at) { at.y.store(1, stores); },
                     [=](litmus& at) {
                       const int first = at.x.load(loads);
                       at.read.first = first * 10 + at.y.load(loads);
                     },
                     [=](litmus& at) {
                       const int first = at.y.load(loads);
                       at.read.second = first * 10 + at.x.load(loads);
                     }});
}

}  // namespace

TEST_CASE("explorer: two threads may both miss what the other one has stored, unless all is seq_cst") {
  const results all{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  const results ordered{{0, 1}, {1, 0}, {1, 1}};
  CHECK(store_buffering(relaxed, relaxed) == all);
  CHECK(store_buffering(release, acquire) == all);
  CHECK(store_buffering(seq_cst, acquire) == all);
  CHECK(store_buffering(seq_cst, seq_cst) == ordered);
}

TEST_CASE("explorer: a message has arrived when the flag is seen, if that is released and acquired") {
  const results broken{{0, 0}, {0, 1}, {1, 0}, {1, 1}};
  const results correct{{0, 0}, {0, 1}, {1, 1}};
  CHECK(message_passing(relaxed, relaxed) == broken);
  CHECK(message_passing(release, relaxed) == broken);
  CHECK(message_passing(relaxed, acquire) == broken);
  CHECK(message_passing(release, acquire) == correct);
  CHECK(message_passing(seq_cst, seq_cst) == correct);
}

TEST_CASE("explorer: a relaxed update continues a release sequence, and a relaxed store does not") {
  const results updated = message_through_update(relaxed);
  CHECK(updated == results{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {2, 1}});  // 1, 0: the update came first

  const results stored = results_of({[](litmus& at) {
                                       at.x.store(1, relaxed);
                                       at.y.store(1, release);
                                       at.y.store(2, relaxed);
                                     },
                                     [](litmus& at) {
                                       at.read.first = at.y.load(acquire);
                                       at.read.second = at.x.load(relaxed);
                                     }});
  CHECK(stored == results{{0, 0}, {0, 1}, {1, 1}, {2, 0}, {2, 1}});
}

TEST_CASE("explorer: who reads one object twice does not go back") {
  const results all = results_of({[](litmus& at) {
                                    at.x.store(1, relaxed);
                                    at.x.store(2, relaxed);
                                  },
                                  [](litmus& at) {
                                    at.read.first = at.x.load(relaxed);
                                    at.read.second = at.x.load(relaxed);
                                  }});
  CHECK(all == results{{0, 0}, {0, 1}, {0, 2}, {1, 1}, {1, 2}, {2, 2}});
}

TEST_CASE("explorer: two readers agree about the order of independent stores only if all is seq_cst") {
  const std::pair disagreement{10, 10};
  CHECK(independent_reads(release, acquire).contains(disagreement));
  CHECK_FALSE(independent_reads(seq_cst, seq_cst).contains(disagreement));
  CHECK_FALSE(independent_reads(release, seq_cst).contains(disagreement));
}

TEST_CASE("explorer: a compare_exchange that fails may have read an old value, and one that succeeds has not") {
  const results all = results_of({[](litmus& at) { at.x.store(1, relaxed); },
                                  [](litmus& at) {
                                    int expected = 1;
                                    at.read.first = at.x.compare_exchange_strong(expected, 2, relaxed) ? 1 : 0;
                                    at.read.second = expected;
                                  }});
  CHECK(all == results{{0, 0}, {1, 1}});
  const results twice = results_of({[](litmus& at) {
                                      int expected = 0;
                                      at.read.first = at.x.compare_exchange_strong(expected, 1, relaxed) ? 1 : 0;
                                    },
                                    [](litmus& at) {
                                      int expected = 0;
                                      at.read.second = at.x.compare_exchange_weak(expected, 1, acq_rel) ? 1 : 0;
                                    }});
  CHECK(twice == results{{0, 1}, {1, 0}});
}
