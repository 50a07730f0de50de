#include <ouro/refcount/biased/bias_owner.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <set>

namespace {

using ouro::detail::bias_owners;

// Of its own for each test: the mutexes in it must never end.
constinit bias_owners reused;
constinit bias_owners queued;
constinit bias_owners forked;
constinit bias_owners full;

}  // namespace

TEST_CASE("bias_owners: gives tags from 1 on, and those that were given back first") {
  CHECK(reused.given() == 0);
  for (std::uint32_t tag = 1; tag != 4; ++tag) CHECK(reused.enter() == tag);
  CHECK(reused[2].is_alive);
  CHECK(reused.leave(2));
  CHECK_FALSE(reused[2].is_alive);
  CHECK(reused.leave(1));
  CHECK(reused.enter() == 1);
  CHECK(reused.enter() == 2);
  CHECK(reused.enter() == 4);
  CHECK(reused[2].is_alive);
  CHECK(reused.given() == 4);
}

TEST_CASE("bias_owners: an owner stays while one of its queues has objects") {
  const std::uint32_t tag = queued.enter();
  for (auto* const queue : {&queued[tag].merge_queue, &queued[tag].collected_merge_queue}) {
    REQUIRE(queue->try_insert(&tag) != nullptr);
    CHECK(queued[tag].has_queued_objects());
    CHECK_FALSE(queued.leave(tag));
    CHECK(queued[tag].is_alive);
    queue->erase(&tag);
    CHECK_FALSE(queued[tag].has_queued_objects());
  }
  CHECK(queued.leave(tag));
}

TEST_CASE("bias_owners: after a fork, each owner but the thread's own is taken once, and its tag is given again") {
  for (std::uint32_t tag = 1; tag != 6; ++tag) REQUIRE(forked.enter() == tag);
  REQUIRE(forked.leave(4));
  CHECK(forked.take_vanished() == 0);
  std::atomic<std::uint32_t> bias{2};
  forked[2].bias = &bias;
  forked.end_all_but(2);
  CHECK(forked[2].is_alive);
  CHECK(bias == 0);  // so that its thread looks for the others
  std::set<std::uint32_t> taken;
  while (const std::uint32_t tag = forked.take_vanished()) {
    CHECK_FALSE(forked[tag].is_alive);
    CHECK(taken.insert(tag).second);
    CHECK(forked.leave(tag));
  }
  CHECK(taken == std::set<std::uint32_t>{1, 3, 5});
  CHECK(taken.insert(forked.enter()).second == false);
  CHECK(forked.given() == 5);
}

TEST_CASE("bias_owners: gives 0 when all tags are given") {
  for (std::uint32_t tag = 1; tag != bias_owners::capacity; ++tag) REQUIRE(full.enter() == tag);
  CHECK(full.enter() == 0);
  CHECK(full.leave(7));
  CHECK(full.enter() == 7);
  CHECK(full.enter() == 0);
}
