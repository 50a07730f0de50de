#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

using ouro::count_word;
using ouro::released;
using policy = ouro::biased_refcount;
using count_type = policy::count_type;

namespace {

constexpr std::uint32_t most_own = (1u << ouro::detail::bias_tag_shift) - 1;  ///< pointers in the owner's part
constexpr std::uint32_t most_others = (1u << 26) - (1u << 16);                ///< more than the owner's

/// As a count word: quiet, and so many pointers.
constexpr std::uint32_t quiet(std::uint32_t pointers) { return pointers - 1; }
constexpr std::uint32_t loud(std::uint32_t pointers) { return count_word::made_loud(quiet(pointers)); }

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
  policy::settle();  // from now on, the thread owns what it makes
  count_type count{quiet(most_own - 1)};
  CHECK(policy::load(count) == quiet(most_own - 1));
  for (std::uint32_t i = 0; i != 3; ++i) {
    policy::increment(count);
    CHECK(policy::load(count) == quiet(most_own + i));
  }
  for (std::uint32_t i = 0; i != 3; ++i) {
    CHECK(policy::decrement(count) == released::kept);
    CHECK(policy::load(count) == quiet(most_own + 1 - i));
  }
}

TEST_CASE("biased_count: more pointers than an owner can have belong to nobody") {
  policy::settle();
  count_type count{quiet(most_own + 1)};
  CHECK(policy::load(count) == quiet(most_own + 1));
  CHECK(policy::decrement(count) == released::kept);
  CHECK(policy::load(count) == quiet(most_own));
}

TEST_CASE("biased_count: what other threads count to their maximum is immortal, for its owner too (trap 9)") {
  policy::settle();
  count_type count{loud(2)};
  REQUIRE(change(count, loud(2 + most_others)));
  CHECK(policy::load(count) == loud(2 + most_others));
  std::thread{[&] { policy::increment(count); }}.join();
  CHECK(policy::load(count) == count_word::pinned);
  CHECK(policy::decrement(count) == released::kept);
  CHECK(policy::decrement(count) == released::kept);
  CHECK(policy::load(count) == count_word::pinned);
}

TEST_CASE("biased_count: left for its owner, it has a pointer for all who ask, until it is settled") {
  policy::settle();
  count_type count{quiet(1)};
  CHECK(elsewhere([&] { return policy::decrement(count); }) == released::left);
  CHECK(policy::load(count) == quiet(1));
  CHECK(count.settle() == released::last);
  CHECK(policy::load(count) == count_word::none);
  CHECK(count.settle() == released::kept);  // merged already
}

TEST_CASE("biased_count: left for its owner, and immortal by the time that it is settled") {
  policy::settle();
  count_type count{quiet(1)};
  CHECK(elsewhere([&] { return policy::decrement(count); }) == released::left);
  REQUIRE(change(count, count_word::pinned));
  CHECK(count.settle() == released::kept);
  CHECK(policy::load(count) == count_word::pinned);
}

TEST_CASE("biased_count: dropped plainly, a candidate is no suspect") {
  policy::settle();
  for (const bool is_quiet : {true, false}) {
    count_type count{is_quiet ? quiet(3) : loud(3)};
    CHECK(policy::decrement_plainly(count) == released::kept);
    CHECK(count_word::strong(policy::load(count)) == 2);
    CHECK(count_word::is_quiet(policy::load(count)) == is_quiet);
    CHECK(policy::decrement_plainly(count) == released::kept);
    CHECK(policy::decrement_plainly(count) == released::last);
  }
  CHECK(elsewhere([] {
    count_type foreign{quiet(1)};  // by a thread that has not begun: it belongs to nobody
    policy::increment(foreign);
    const bool kept = policy::decrement_plainly(foreign) == released::kept;
    return kept && policy::decrement_plainly(foreign) == released::last &&
           policy::decrement_plainly(foreign) == released::kept && policy::load(foreign) == count_word::none;
  }));
  CHECK(elsewhere([] {
    count_type immortal{count_word::pinned};
    return policy::decrement_plainly(immortal) == released::kept && policy::load(immortal) == count_word::pinned;
  }));
}

TEST_CASE("biased_count: quiet, it is kept by the rare way as by the short one") {
  policy::settle();
  count_type count{quiet(3)};
  CHECK(policy::decrement_rarely(count) == released::kept);
  CHECK(policy::load(count) == quiet(2));
  CHECK(policy::try_keep(count));
  CHECK(policy::load(count) == quiet(1));
  CHECK_FALSE(policy::try_keep(count));
  CHECK(policy::decrement_rarely(count) == released::last);
}

TEST_CASE("biased_count: more threads than tags are served; what they make has no owner") {
  policy::settle();
  std::vector<std::uint32_t> tags;
  for (std::uint32_t tag = 0; (tag = ouro::detail::all_bias_owners.enter()) != 0;) tags.push_back(tag);
  CHECK(tags.size() >= 4000);
  using memory = ouro::memory<ouro::biased_refcount, ouro::no_collector, ouro::pool_allocator>;
  memory::ptr<int> made;
  std::thread{[&] {
    made = memory::make<int>(1);
    const auto second = memory::make<int>(2);  // asks no second time
    CHECK(ouro::detail::bias_of_thread == 0);
    const auto copy = second;
    CHECK(second.use_count() == 2);
  }}.join();
  CHECK(made.use_count() == 1);
  for (const std::uint32_t tag : tags) CHECK(ouro::detail::all_bias_owners.leave(tag));
  std::thread{[] {
    const auto again = memory::make<int>(3);
    CHECK(ouro::detail::bias_of_thread != 0);
  }}.join();
}
