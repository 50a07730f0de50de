// Objects that threads share, where memory is exhausted while garbage waits.

#include "support/failing_allocator.hpp"
#include "support/ring.hpp"
#include "support/scenarios.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <new>
#include <string_view>
#include <thread>

using ouro::test::failing_allocator;
using ouro::test::scenario_node;

namespace {

template <class Memory>
void leave_garbage() {
  ouro::test::make_ring<Memory>(1, &scenario_node<Memory>::left, 1);
}

/// While it lives, there is no more memory than is in use now.
struct at_limit {
  at_limit() { failing_allocator::limit = failing_allocator::used; }
  at_limit(const at_limit&) = delete;
  at_limit& operator=(const at_limit&) = delete;
  ~at_limit() { failing_allocator::limit = failing_allocator::never; }
};

}  // namespace

TEST_CASE_TEMPLATE("make_managed: shared objects are collected before a request is refused", Memory,
                   ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, failing_allocator>,
                   ouro::memory<ouro::biased_refcount, ouro::trial_deletion, failing_allocator>,
                   ouro::memory<ouro::atomic_refcount, ouro::generational, failing_allocator>) {
  using node = scenario_node<Memory>;
  Memory::gc::collect();
  const auto before = node::alive;
  leave_garbage<Memory>();
  std::atomic<int> stage = 0;
  std::thread waiting{[&stage] {
    const auto its_own = Memory::template make<int>(1);
    const ouro::blocking until_the_end;
    stage = 1;
    stage.notify_one();
    stage.wait(1);
  }};
  stage.wait(0);
  {
    const at_limit now;
    const auto made = Memory::template make<node>(2);
    CHECK(node::alive == before + 1);
    CHECK_THROWS_AS(Memory::template make<node>(3), std::bad_alloc);
    CHECK(made.use_count() == 1);
  }
  stage = 2;
  stage.notify_one();
  waiting.join();
  CHECK(node::alive == before);
}

TEST_CASE("make_managed: a request is refused where a thread does not let shared objects be collected") {
  using memory = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, failing_allocator>;
  memory::gc::collect();
  leave_garbage<memory>();
  std::atomic<int> stage = 0;
  std::thread busy{[&stage] {
    const ouro::thread_scope named{"busy"};
    stage = 1;
    stage.notify_one();
    stage.wait(1);
  }};
  stage.wait(0);
  const auto before = memory::gc::stats().given_up;
  {
    const at_limit now;
    CHECK_THROWS_AS(memory::make<scenario_node<memory>>(2), std::bad_alloc);
  }
  CHECK(memory::gc::stats().given_up > before);
  CHECK(std::string_view{memory::gc::stats().late_thread} == "busy");
  stage = 2;
  stage.notify_one();
  busy.join();
  CHECK(memory::gc::collect() == 1);
}
