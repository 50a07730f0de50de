#include "models/ordered_count.hpp"
#include "models/explorer.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>

namespace {

namespace explorer = ouro::test::explorer;

/// A thread makes a second pointer to its object, stores it with this order, and drops the first. Another thread takes
/// and drops the second one.
explorer::report explore_handing_over(std::memory_order stored) {
  struct state {
    ouro::test::ordered_count count;
    explorer::atomic<bool> is_stored{false};
  };
  return explorer::explore({.names = {"count", "is_stored"}}, [=] {
    const auto shared = std::make_shared<state>();
    shared->count.begin();
    return explorer::scene{.threads = {[=] {
                                         shared->count.increment();
                                         shared->is_stored.store(true, stored);
                                         static_cast<void>(shared->count.decrement());
                                       },
                                       [=] {
                                         while (!shared->is_stored.load(std::memory_order_acquire)) explorer::yield();
                                         static_cast<void>(shared->count.decrement());
                                       }},
                           .at_end = [=] {
                             if (shared->count.value() != 0) explorer::fail("a count is not the number of pointers");
                             if (shared->count.can_be_zero_early())
                               explorer::fail("a count can be zero while there are pointers");
                           }};
  });
}

}  // namespace

TEST_CASE("ordered_count: a pointer that is handed over has been counted before, if it is released") {
  CHECK(explore_handing_over(std::memory_order_release).has_passed());
  const auto found = explore_handing_over(std::memory_order_relaxed);
  CHECK(found.failure ==
        "a count can be zero while there are pointers, in execution 1:\n"
        "thread 1: count.fetch_add(relaxed) reads 1 writes 2\n"
        "          is_stored.store(relaxed) writes 1\n"
        "          count.fetch_add(acq_rel) reads 2 writes 1\n"
        "thread 2: is_stored.load(acquire) reads 1\n"
        "          count.fetch_add(acq_rel) reads 1 writes 0\n");
}
