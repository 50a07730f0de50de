#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/refcount/atomic_refcount.hpp>
#include <ouro/refcount/biased/biased_refcount.hpp>
#include <ouro/refcount/local_refcount.hpp>
#include <ouro/refcount/self_refcount.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <type_traits>

using ouro::count_word;
using ouro::drop_result;

namespace {

/// All that counts_in_header asks for. Each `without_…` below lacks one verb of it.
struct minimal {
  using count_type = std::uint32_t;
  static constexpr bool is_thread_safe = false;
  static std::uint32_t load(const count_type&) noexcept;
  static void store(count_type&, std::uint32_t) noexcept;
  static bool compare_exchange(count_type&, std::uint32_t&, std::uint32_t) noexcept;
  static void increment(count_type&) noexcept;
  static drop_result decrement(count_type&) noexcept;
};

struct without_load : minimal {
  static void load() = delete;
};
struct without_store : minimal {
  static void store() = delete;
};
struct without_compare_exchange : minimal {
  static void compare_exchange() = delete;
};
struct without_increment : minimal {
  static void increment() = delete;
};
struct decrement_that_may_throw : minimal {
  static drop_result decrement(count_type&);
};
struct wide_count : minimal {
  using count_type = std::uint64_t;
};
struct with_state : minimal {
  int state;
};
struct without_thread_safety {
  using count_type = std::uint32_t;
};

/// All that a thread-safe policy has to write itself.
struct three_verbs : ouro::count_verbs<three_verbs> {
  using count_type = std::atomic<std::uint32_t>;
  static constexpr bool is_thread_safe = true;
  static std::uint32_t load(const count_type& count) noexcept { return count.load(); }
  static void store(count_type& count, std::uint32_t word) noexcept { count.store(word); }
  static bool compare_exchange(count_type& count, std::uint32_t& expected, std::uint32_t word) noexcept {
    return count.compare_exchange_weak(expected, word);
  }
};
static_assert(ouro::refcount_policy<three_verbs> && ouro::decrements_in_parts<three_verbs>);

}  // namespace

static_assert(ouro::refcount_policy<minimal> && ouro::refcount_policy<ouro::local_refcount>);
static_assert(ouro::refcount_policy<ouro::atomic_refcount> && ouro::refcount_policy<ouro::biased_refcount> &&
              ouro::refcount_policy<ouro::self_refcount>);
static_assert(!ouro::counts_in_header<ouro::self_refcount> && ouro::counts_itself<ouro::self_refcount>);
static_assert(!ouro::has_load<without_load> && !ouro::refcount_policy<without_load>);
static_assert(!ouro::has_store<without_store> && !ouro::refcount_policy<without_store>);
static_assert(!ouro::has_compare_exchange<without_compare_exchange> &&
              !ouro::refcount_policy<without_compare_exchange>);
static_assert(!ouro::has_increment<without_increment> && !ouro::refcount_policy<without_increment>);
static_assert(!ouro::has_decrement<decrement_that_may_throw> && !ouro::refcount_policy<decrement_that_may_throw>);
static_assert(!ouro::has_count_type<wide_count> && !ouro::refcount_policy<wide_count>);
static_assert(!ouro::has_is_thread_safe<without_thread_safety> && !ouro::refcount_policy<int>);
static_assert(!ouro::refcount_policy<with_state>);
static_assert(!ouro::refcount_policy<ouro::no_collector> && !ouro::refcount_policy<ouro::pool_allocator>);
static_assert(!ouro::collector_policy<ouro::local_refcount> && !ouro::collector_policy<ouro::system_allocator>);
static_assert(!ouro::allocator_policy<ouro::self_refcount> && !ouro::allocator_policy<ouro::generational>);
static_assert(std::is_empty_v<ouro::local_refcount> && std::is_empty_v<ouro::atomic_refcount>);

TEST_CASE_TEMPLATE("refcount_policy: counts up and down, and says when nothing is left", Policy, ouro::local_refcount,
                   ouro::atomic_refcount, ouro::biased_refcount, three_verbs) {
  for (const std::uint32_t first : {count_word::one, count_word::with_suspect_on_drop(count_word::one)}) {
    typename Policy::count_type count{first};
    Policy::increment(count);
    CHECK(count_word::strong(Policy::load(count)) == 2);
    CHECK(!count_word::is_suspect_on_drop(Policy::load(count)) == (first == count_word::one));
    Policy::store(count, count_word::without_suspect_on_drop(Policy::load(count)));
    CHECK(Policy::decrement(count) == drop_result::kept);
    CHECK(Policy::load(count) == count_word::one);
    Policy::store(count, first);
    CHECK(Policy::decrement(count) == drop_result::last);
    CHECK(Policy::load(count) == count_word::none);
  }
}

TEST_CASE_TEMPLATE("refcount_policy: a drop of what has no pointers changes nothing", Policy, ouro::local_refcount,
                   ouro::atomic_refcount, ouro::biased_refcount, three_verbs) {
  typename Policy::count_type count{count_word::none};
  CHECK(Policy::decrement(count) == drop_result::kept);
  CHECK(Policy::load(count) == count_word::none);
}

TEST_CASE_TEMPLATE("refcount_policy: an object with suspect_on_drop is suspect before its count falls", Policy,
                   ouro::local_refcount, ouro::atomic_refcount, ouro::biased_refcount, three_verbs) {
  typename Policy::count_type count{count_word::suspect_on_drop | 2};
  CHECK(Policy::decrement(count) == drop_result::suspect);
  CHECK(Policy::load(count) == (count_word::suspect_on_drop | 2));
  Policy::store(count, 2);
  CHECK(Policy::decrement(count) == drop_result::kept);
  CHECK(Policy::load(count) == 1);
}

TEST_CASE_TEMPLATE("refcount_policy: a count that reaches its maximum is immortal, and never wraps (trap 9)", Policy,
                   ouro::local_refcount, ouro::atomic_refcount, ouro::biased_refcount, three_verbs) {
  for (const std::uint32_t most :
       {count_word::suspect_on_drop - 1, count_word::suspect_on_drop | (count_word::immortal - 1)}) {
    typename Policy::count_type count{most};
    Policy::increment(count);
    if (!count_word::is_immortal(Policy::load(count))) Policy::increment(count);
    for (int i = 0; i != 10; ++i) CHECK(Policy::decrement(count) == drop_result::kept);
    CHECK(Policy::load(count) == count_word::pinned);
  }
}

TEST_CASE_TEMPLATE("refcount_policy: unbalanced changes cannot take an object's immortality away (trap 10)", Policy,
                   ouro::local_refcount, ouro::atomic_refcount, ouro::biased_refcount, three_verbs) {
  typename Policy::count_type count{count_word::pinned};
  for (int i = 0; i != 1000; ++i) REQUIRE(Policy::decrement(count) == drop_result::kept);
  CHECK(Policy::load(count) == count_word::pinned);
  for (int i = 0; i != 1000; ++i) Policy::increment(count);
  CHECK(Policy::load(count) == count_word::pinned);
  // At both ends of the range, as races may leave it.
  for (const std::uint32_t end : {count_word::suspect_on_drop | count_word::immortal, count_word::none - 1}) {
    Policy::store(count, end);
    CHECK(Policy::decrement(count) == drop_result::kept);
    CHECK(count_word::is_immortal(Policy::load(count)));
    Policy::store(count, end);
    Policy::increment(count);
    CHECK(Policy::load(count) == count_word::pinned);
  }
}

TEST_CASE_TEMPLATE("refcount_policy: compare_exchange changes what it expects, and reports what it finds", Policy,
                   ouro::local_refcount, ouro::atomic_refcount, ouro::biased_refcount, three_verbs) {
  typename Policy::count_type count{5};
  std::uint32_t expected = 4;
  CHECK_FALSE(Policy::compare_exchange(count, expected, 9));
  CHECK(expected == 5);
  while (!Policy::compare_exchange(count, expected, 9)) {
  }
  CHECK(Policy::load(count) == 9);
}
