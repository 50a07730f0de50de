// A collection of shared objects while another thread uses them.

#include "support/child.hpp"
#include "support/misuse.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

using ouro::test::run_in_child;

namespace {

/// Enough collections that one of them overlaps with the other thread, however the machine divides its time.
constexpr int many = 5000;

template <class Memory>
struct linked {
  void trace(auto&& visit) { visit(next, other); }
  typename Memory::template ptr<linked> next;
  typename Memory::template ptr<linked> other;
};

/// Collects so many times while another thread does something, until that is reported.
template <class Memory, class Use>
[[nodiscard]] ouro::test::last_words collect_beside(int collections, Use use) {
  return run_in_child([&] {
    std::vector<typename Memory::template ptr<linked<Memory>>> shared;
    for (int i = 0; i != 10'001; ++i) {
      shared.push_back(Memory::template make<linked<Memory>>());
      if (i != 0) shared[static_cast<std::size_t>(i)]->next = shared[static_cast<std::size_t>(i) - 1];
    }
    for (auto& each : shared) each->other = shared.back();
    const typename Memory::template weak<linked<Memory>> watcher{shared.back()};
    std::atomic<bool> over = false;
    std::atomic<bool> began = false;
    std::thread user{[&] {
      for (std::size_t i = 0; !over; ++i) {
        use(shared[i % shared.size()], watcher);
        began = true;
      }
    }};
    while (!began) std::this_thread::yield();
    for (int i = 0; i != collections; ++i) Memory::gc::collect();
    over = true;
    user.join();
  });
}

void check_found_out(const ouro::test::last_words& said) {
  ouro::test::check_misuse(said, "a thread used a shared object while another thread was collecting");
}

}  // namespace

TEST_CASE_TEMPLATE("misuse: a thread that copies shared objects while another one collects is reported (trap 46)",
                   Memory, ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>,
                   ouro::memory<ouro::biased_refcount, ouro::trial_deletion, ouro::pool_allocator>,
                   ouro::memory<ouro::atomic_refcount, ouro::generational, ouro::pool_allocator>) {
  for (int round = 0; round != 10; ++round) {
    check_found_out(collect_beside<Memory>(many, [](auto& object, auto&) {
      const auto copy = object;
      const auto second = copy;
    }));
  }
}

TEST_CASE_TEMPLATE("misuse: a thread that locks weak pointers while another one collects is reported (trap 46)", Memory,
                   ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>,
                   ouro::memory<ouro::biased_refcount, ouro::trial_deletion, ouro::pool_allocator>) {
  check_found_out(collect_beside<Memory>(many, [](auto&, auto& watcher) {
    // Only the lock is tested: the use of the pointer that it gives would be reported, too.
    static_cast<void>(watcher.lock().release());
  }));
}

TEST_CASE("misuse: objects without a collector, and immortal ones, may be used while another thread collects") {
  using plain = ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator>;
  using shared = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>;
  const auto untouched = plain::make<int>(1);
  const auto forever = shared::make<int>(2);
  ouro::immortalize(forever);
  const auto said = collect_beside<shared>(20, [&](auto&, auto&) {
    const auto copy = untouched;
    const auto second = forever;
  });
  INFO(said.text);
  CHECK_FALSE(said.aborted);
  CHECK(said.text == "");
}
