#include <ouro/refcount/biased/biased_refcount.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <thread>

using ouro::count_word;
using ouro::drop_result;
using policy = ouro::biased_refcount;
using count_type = policy::count_type;

namespace {

constexpr std::uint32_t most_own = (1u << ouro::detail::bias_tag_shift) - 1;  ///< pointers in the owner's part
constexpr std::uint32_t most_others = (1u << 25) - (1u << 16);                ///< more than the owner's

/// As a count word without suspect_on_drop, of so many pointers.
constexpr std::uint32_t not_suspect(std::uint32_t pointers) { return pointers - 1; }
constexpr std::uint32_t suspect(std::uint32_t pointers) {
  return count_word::with_suspect_on_drop(not_suspect(pointers));
}

template <class Do>
auto elsewhere(Do what) {
  decltype(what()) result{};
  std::thread{[&] { result = what(); }}.join();
  return result;
}

bool change(count_type& count, std::uint32_t to) {
  std::uint32_t seen = policy::load(count);
  return policy::compare_exchange(count, seen, to);
}

}  // namespace

TEST_CASE("biased_count: its owner counts up to a limit, and beyond it as the others do") {
  policy::drain_merge_queue();  // from now on, the thread owns what it makes
  count_type count{not_suspect(most_own - 1)};
  CHECK(policy::load(count) == not_suspect(most_own - 1));
  for (std::uint32_t i = 0; i != 3; ++i) {
    policy::increment(count);
    CHECK(policy::load(count) == not_suspect(most_own + i));
  }
  for (std::uint32_t i = 0; i != 3; ++i) {
    CHECK(policy::decrement(count) == drop_result::kept);
    CHECK(policy::load(count) == not_suspect(most_own + 1 - i));
  }
}

TEST_CASE("biased_count: more pointers than an owner can have belong to nobody") {
  policy::drain_merge_queue();
  count_type count{not_suspect(most_own + 1)};
  CHECK(policy::load(count) == not_suspect(most_own + 1));
  CHECK(policy::decrement(count) == drop_result::kept);
  CHECK(policy::load(count) == not_suspect(most_own));
}

TEST_CASE("biased_count: what other threads count to their maximum is immortal, for its owner too (trap 9)") {
  policy::drain_merge_queue();
  count_type count{suspect(2)};
  REQUIRE(change(count, suspect(2 + most_others)));
  CHECK(policy::load(count) == suspect(2 + most_others));
  std::thread{[&] { policy::increment(count); }}.join();
  CHECK(policy::load(count) == count_word::pinned);
  CHECK(policy::decrement(count) == drop_result::kept);
  CHECK(policy::decrement(count) == drop_result::kept);
  CHECK(policy::load(count) == count_word::pinned);
}

TEST_CASE("biased_count: the last drop is known as the last on any thread") {
  policy::drain_merge_queue();
  for (const bool plainly : {true, false}) {
    count_type count{not_suspect(1)};
    CHECK(elsewhere([&] { return plainly ? policy::decrement_plainly(count) : policy::decrement(count); }) ==
          drop_result::last);
    CHECK(policy::load(count) == count_word::none);
    CHECK_FALSE(policy::try_increment(count));
    CHECK(policy::load(count) == count_word::none);
  }
}

TEST_CASE("biased_count: a drop on another thread that leaves pointers of the owner is for the owner to merge") {
  policy::drain_merge_queue();
  count_type count{not_suspect(2)};
  CHECK(elsewhere([&] { return policy::decrement(count); }) == drop_result::queued);
  CHECK(policy::load(count) == not_suspect(1));
  CHECK(count.merge() == drop_result::kept);
  CHECK(policy::load(count) == not_suspect(1));
  CHECK(count.merge() == drop_result::kept);  // merged already
  CHECK(elsewhere([&] { return policy::decrement(count); }) == drop_result::last);
}

TEST_CASE("biased_count: queued for its owner, and immortal by the time that it is merged") {
  policy::drain_merge_queue();
  count_type count{not_suspect(2)};
  CHECK(elsewhere([&] { return policy::decrement(count); }) == drop_result::queued);
  REQUIRE(change(count, count_word::pinned));
  CHECK(count.merge() == drop_result::kept);
  CHECK(policy::load(count) == count_word::pinned);
}

TEST_CASE("biased_count: dropped plainly, a candidate is no suspect") {
  policy::drain_merge_queue();
  for (const bool is_not_suspect : {true, false}) {
    count_type count{is_not_suspect ? not_suspect(3) : suspect(3)};
    CHECK(policy::decrement_plainly(count) == drop_result::kept);
    CHECK(count_word::strong(policy::load(count)) == 2);
    CHECK(!count_word::is_suspect_on_drop(policy::load(count)) == is_not_suspect);
    CHECK(policy::decrement_plainly(count) == drop_result::kept);
    CHECK(policy::decrement_plainly(count) == drop_result::last);
  }
  CHECK(elsewhere([] {
    count_type foreign{not_suspect(1)};  // by a thread that has not begun: it belongs to nobody
    policy::increment(foreign);
    const bool kept = policy::decrement_plainly(foreign) == drop_result::kept;
    return kept && policy::decrement_plainly(foreign) == drop_result::last &&
           policy::decrement_plainly(foreign) == drop_result::kept && policy::load(foreign) == count_word::none;
  }));
  CHECK(elsewhere([] {
    count_type immortal{count_word::pinned};
    return policy::decrement_plainly(immortal) == drop_result::kept && policy::load(immortal) == count_word::pinned;
  }));
}

TEST_CASE("biased_count: without suspect_on_drop it is kept by the rare way as by the short one") {
  policy::drain_merge_queue();
  count_type count{not_suspect(3)};
  CHECK(policy::decrement_rarely(count) == drop_result::kept);
  CHECK(policy::load(count) == not_suspect(2));
  CHECK(policy::try_keep(count));
  CHECK(policy::load(count) == not_suspect(1));
  CHECK_FALSE(policy::try_keep(count));
  CHECK(policy::decrement_rarely(count) == drop_result::last);
}

TEST_CASE("biased_count: after a trial its owner has the pointers that it had, and others the rest") {
  policy::drain_merge_queue();
  for (const std::uint32_t others : {0u, 1u, 3u}) {
    count_type count{not_suspect(2)};
    for (std::uint32_t i = 0; i != others; ++i) {
      elsewhere([&count] {
        policy::increment(count);
        return 0;
      });
    }
    for (const std::uint32_t word : {not_suspect(2 + others), suspect(2 + others)}) {
      for (const std::uint32_t external : {7u, 0u, count_word::immortal}) {
        policy::store_trial(count, external);
        CHECK(policy::load(count) == external);
      }
      policy::restore(count, word);
      CHECK(policy::load(count) == word);
    }
    // The owner sees the flag, and counts alone without it.
    CHECK(policy::decrement(count) == drop_result::suspect);
    CHECK(change(count, not_suspect(2 + others)));
    CHECK(policy::decrement(count) == drop_result::kept);
    for (std::uint32_t i = 0; i != others; ++i)
      CHECK(elsewhere([&count] { return policy::decrement(count); }) == drop_result::kept);
    CHECK(policy::is_only_pointer(count));
    CHECK(policy::decrement(count) == drop_result::last);
  }
}

TEST_CASE("biased_count: after a trial, an object without an owner, an immortal one or a dead one has none") {
  policy::drain_merge_queue();
  for (const std::uint32_t word : {suspect(3), count_word::pinned, count_word::none}) {
    count_type count{not_suspect(2)};
    if (word == suspect(3)) policy::store(count, word);
    policy::store_trial(count, 5);
    policy::restore(count, word);
    CHECK(policy::load(count) == word);
    CHECK_FALSE(policy::is_only_pointer(count));
  }
}
