// Without checks, a use of a shared object inside `blocking` is safe, and collections wait for the thread again.

#include "support/gc_settings.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <thread>

namespace {

using mem = ouro::shared_memory;

struct node {
  mem::ptr<node> next;
};

}  // namespace

TEST_CASE("blocking: a thread that uses a shared object meanwhile is inside until it blocks again") {
  const ouro::thread_scope here;
  mem::gc::collect();
  std::atomic<int> stage = 0;
  std::thread other{[&stage] {
    auto ring = mem::make<node>();
    ring->next = ring;
    {
      const ouro::blocking outer;
      CHECK_FALSE(ouro::detail::this_mutator.is_inside());
      ring.reset();
      CHECK(ouro::detail::this_mutator.is_inside());
      for (stage = 1; stage != 2;) std::this_thread::yield();
    }
    CHECK(ouro::detail::this_mutator.is_inside());
    const ouro::blocking again;
    for (stage = 3; stage != 4;) std::this_thread::yield();
  }};
  while (stage != 1) std::this_thread::yield();
  {
    const ouro::test::gc_patience<mem> short_time{1'000'000};
    const std::size_t before = mem::gc::stats().given_up;
    CHECK(mem::gc::collect() == 0);
    CHECK(mem::gc::stats().given_up == before + 1);
  }
  stage = 2;
  while (stage != 3) std::this_thread::yield();
  CHECK(mem::gc::collect() == 1);
  stage = 4;
  other.join();
}
