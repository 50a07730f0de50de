// Objects that threads share, where memory is exhausted while garbage waits.

#include "support/child.hpp"
#include "support/failing_allocator.hpp"
#include "support/ring.hpp"
#include "support/scenarios.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>
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

TEST_CASE_TEMPLATE("make_managed: with one thread, shared objects are collected before a request is refused", Memory,
                   ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, failing_allocator>,
                   ouro::memory<ouro::biased_refcount, ouro::trial_deletion, failing_allocator>,
                   ouro::memory<ouro::atomic_refcount, ouro::generational, failing_allocator>) {
  using node = scenario_node<Memory>;
  Memory::gc::collect();
  const auto before = node::alive;
  leave_garbage<Memory>();
  std::thread{[] {}}.join();  // a thread that has ended does not count once the system has removed it
  while (!ouro::detail::is_only_thread()) std::this_thread::yield();
  {
    const at_limit now;
    const auto made = Memory::template make<node>(2);
    CHECK(node::alive == before + 1);
    CHECK_THROWS_AS(Memory::template make<node>(3), std::bad_alloc);
    CHECK(made.use_count() == 1);
  }
  CHECK(node::alive == before);
}

TEST_CASE("make_managed: no automatic collection of shared objects begins while there is another thread") {
  using memory = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, failing_allocator>;
  memory::gc::collect();
  leave_garbage<memory>();
  std::atomic<bool> over = false;
  std::thread other{[&over] { over.wait(false); }};
  {
    const at_limit now;
    CHECK_THROWS_AS(memory::make<scenario_node<memory>>(2), std::bad_alloc);
  }
  over = true;
  over.notify_one();
  other.join();
  CHECK(memory::gc::collect() == 1);
}

TEST_CASE("make_managed: no automatic collection of shared objects begins where the system does not list the threads") {
  using memory = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, failing_allocator>;
  memory::gc::collect();
  const auto said = ouro::test::run_in_child([] {
    leave_garbage<memory>();
    rlimit files;
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) std::abort();
    const rlimit none{0, files.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &none) != 0) std::abort();
    const at_limit now;
    try {
      static_cast<void>(memory::make<scenario_node<memory>>(2));
      std::abort();
    } catch (const std::bad_alloc&) {
    }
    if (memory::gc::collect() != 1) std::abort();
    ::setrlimit(RLIMIT_NOFILE, &files);  // the counters of coverage.sh are written to files
  });
  CHECK(said.text == "");
  CHECK_FALSE(said.aborted);
}
