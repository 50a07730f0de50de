#include <ouro/base/static_mutex.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <type_traits>

// What needs several threads: threads/static_mutex_test.cpp; forks: fork_locks_test.cpp.

namespace {

using ouro::detail::fork_repair;
using ouro::detail::lock_guard;
using ouro::detail::pooled_mutex;
using ouro::detail::recursive_mutex;
using ouro::detail::static_mutex;

constinit static_mutex never_used;
constinit static_mutex noted;
constinit recursive_mutex recursive;
constinit pooled_mutex pooled[2];
constinit fork_repair repair{[]() noexcept {}, nullptr, {}};

}  // namespace

TEST_CASE("static_mutex: try_lock fails while it is held, and succeeds otherwise, also at its first use") {
  CHECK(never_used.try_lock());
  CHECK_FALSE(never_used.try_lock());
  never_used.unlock();
  CHECK(never_used.try_lock());
  never_used.unlock();
  {
    const lock_guard lock{never_used};
    CHECK_FALSE(never_used.try_lock());
  }
  CHECK(never_used.try_lock());
  never_used.unlock();
}

TEST_CASE("static_mutex: knows its holder between note_holder and forget_holder") {
  CHECK_FALSE(noted.is_held_here());
  noted.lock();
  CHECK_FALSE(noted.is_held_here());
  noted.note_holder();
  CHECK(noted.is_held_here());
  CHECK_FALSE(noted.is_held_elsewhere());
  noted.forget_holder();
  CHECK_FALSE(noted.is_held_here());
  noted.unlock();
}

TEST_CASE("recursive_mutex: one thread locks it as often as it likes") {
  for (int i = 0; i != 3; ++i) recursive.lock();
  for (int i = 0; i != 3; ++i) recursive.unlock();
  recursive.lock();
  recursive.unlock();
}

TEST_CASE("pooled_mutex: is free again after each use, and has no memory of its own") {
  for (int round = 0; round != 3; ++round) {
    for (pooled_mutex& each : pooled) const lock_guard lock{each};
  }
  CHECK(std::is_empty_v<pooled_mutex>);
}

TEST_CASE("fork_repair: is registered once") {
  CHECK_FALSE(repair.is_known);
  repair.become_known();
  CHECK(repair.is_known);
  repair.become_known();  // changes nothing: a list with a loop would never end in the child of a fork
  CHECK(repair.next != &repair);
}
