#include "support/failing_allocator.hpp"
#include "support/scenarios.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>

using namespace ouro::test;

namespace {

/// A user's policy on each axis, derived from one of the library's.
struct audited_refcount : ouro::local_refcount {
  static inline long balance = 0;
  static void increment(count_type& count) noexcept {
    ++balance;
    ouro::local_refcount::increment(count);
  }
};

struct collector_on_demand : ouro::trial_deletion {
  template <class RefcountPolicy>
  static void before_make() noexcept {}
};

}  // namespace

#define OURO_COMBINATIONS(R, C)                                                                                 \
  ouro::memory<ouro::R, ouro::C, ouro::pool_allocator>, ouro::memory<ouro::R, ouro::C, ouro::system_allocator>, \
      ouro::memory<ouro::R, ouro::C, ouro::resource_allocator>, ouro::memory<ouro::R, ouro::C, failing_allocator>

TEST_CASE_TEMPLATE("matrix: every scenario holds under every allowed combination of policies", Memory,
                   OURO_COMBINATIONS(local_refcount, no_collector), OURO_COMBINATIONS(local_refcount, trial_deletion),
                   OURO_COMBINATIONS(atomic_refcount, no_collector), OURO_COMBINATIONS(atomic_refcount, trial_deletion),
                   OURO_COMBINATIONS(local_refcount, generational), OURO_COMBINATIONS(atomic_refcount, generational),
                   OURO_COMBINATIONS(biased_refcount, no_collector), OURO_COMBINATIONS(biased_refcount, trial_deletion),
                   ouro::memory<audited_refcount, ouro::trial_deletion, ouro::pool_allocator>,
                   ouro::memory<ouro::local_refcount, collector_on_demand, ouro::pool_allocator>) {
  for (const auto scenario : all_scenarios<Memory>) {
    scenario();
    Memory::gc::collect();
    CHECK(scenario_node<Memory>::alive == 0);
    CHECK(Memory::gc::count() == 0);
  }
  CHECK(failing_allocator::blocks.empty());
  CHECK_FALSE(failing_allocator::is_misused);
}

TEST_CASE_TEMPLATE("matrix: with each allocation failed once, no object leaks and none is half made (invariant 7)",
                   Memory, ouro::memory<ouro::local_refcount, ouro::no_collector, failing_allocator>,
                   ouro::memory<ouro::local_refcount, ouro::trial_deletion, failing_allocator>,
                   ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, failing_allocator>,
                   ouro::memory<ouro::biased_refcount, ouro::trial_deletion, failing_allocator>,
                   ouro::memory<ouro::local_refcount, ouro::generational, failing_allocator>) {
  std::size_t failures = 0;
  for (const auto scenario : all_scenarios<Memory>) {
    for (std::size_t nth = 0;; ++nth) {
      failing_allocator::fail_after(nth);
      bool threw = false;
      try {
        scenario();
      } catch (const std::bad_alloc&) {
        threw = true;
      }
      const bool failed = failing_allocator::has_failed;
      failing_allocator::fail_after(failing_allocator::never);
      // An emergency collection that has found garbage lets the second attempt succeed.
      if (!failed) CHECK_FALSE(threw);
      failures += threw ? 1 : 0;
      Memory::gc::collect();
      REQUIRE(scenario_node<Memory>::alive == 0);
      REQUIRE(failing_allocator::blocks.empty());
      REQUIRE_FALSE(failing_allocator::is_misused);
      REQUIRE(Memory::gc::count() == 0);
      if (!failed) break;
    }
  }
  CHECK(failures >= 40);
}

TEST_CASE("make_managed: an emergency collection makes room where garbage holds the memory") {
  using memory = ouro::memory<ouro::local_refcount, ouro::trial_deletion, failing_allocator>;
  using node = scenario_node<memory>;
  const auto leave_garbage = [] {
    auto a = memory::make<node>(1);
    a->left = a;
  };
  leave_garbage();
  const std::size_t bytes = failing_allocator::used;
  leave_garbage();
  CHECK(failing_allocator::used == 2 * bytes);
  failing_allocator::limit = 2 * bytes;
  const auto made = memory::make<node>(2);
  CHECK(node::alive == 1);
  const auto another = memory::make<node>(3);
  CHECK_THROWS_AS(memory::make<node>(4), std::bad_alloc);
  CHECK(node::alive == 2);
  CHECK(made.use_count() == 1);
  failing_allocator::limit = failing_allocator::never;
}

TEST_CASE("make_managed: an array longer than memory is refused before anything is allocated") {
  CHECK_THROWS_AS(ouro::make<long[]>(static_cast<std::size_t>(-1) / 4), std::bad_array_new_length);
}
