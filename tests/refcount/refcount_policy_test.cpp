#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <type_traits>

using ouro::count_word;
using ouro::drop_result;
using ouro::test::counted;

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

template <class R, class C, class A>
concept makes_a_pointer = requires { typename ouro::managed_ptr<int, R, C, A>; };

struct no_allocator {};
struct collector_without_verbs {
  static constexpr bool finds_cycles = true;
};

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

static_assert(makes_a_pointer<ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>);
static_assert(makes_a_pointer<ouro::self_refcount, ouro::no_collector, ouro::system_allocator>);
// A collector needs a header, which what counts itself has not got.
static_assert(!makes_a_pointer<ouro::self_refcount, ouro::trial_deletion, ouro::pool_allocator>);
static_assert(!makes_a_pointer<without_load, ouro::no_collector, ouro::pool_allocator>);
static_assert(!makes_a_pointer<ouro::local_refcount, collector_without_verbs, ouro::pool_allocator>);
static_assert(!makes_a_pointer<ouro::local_refcount, ouro::no_collector, no_allocator>);

TEST_CASE("count_word: as many pointers, whatever the flags say") {
  CHECK(count_word::strong(count_word::one) == 1);
  CHECK(count_word::strong(count_word::none) == 0);
  for (std::uint32_t pointers = 1; pointers != 100; ++pointers) {
    std::uint32_t not_suspect = count_word::one;
    for (std::uint32_t i = 1; i != pointers; ++i) not_suspect = count_word::raised(not_suspect);
    const std::uint32_t suspect = count_word::with_suspect_on_drop(not_suspect);
    REQUIRE(count_word::strong(not_suspect) == pointers);
    REQUIRE(count_word::strong(suspect) == pointers);
    REQUIRE(count_word::without_suspect_on_drop(suspect) == not_suspect);
    REQUIRE(!count_word::is_suspect_on_drop(not_suspect));
    REQUIRE(count_word::is_suspect_on_drop(suspect));
    REQUIRE(count_word::strong(count_word::lowered(not_suspect)) == pointers - 1);
    REQUIRE(count_word::strong(count_word::lowered(suspect)) == pointers - 1);
  }
  CHECK(count_word::strong(count_word::suspect_on_drop - 1) == std::uint32_t{1} << 31);
  CHECK(count_word::with_suspect_on_drop(count_word::immortal) == count_word::pinned);
  CHECK(count_word::without_suspect_on_drop(count_word::pinned) == count_word::pinned);
  CHECK(!count_word::is_immortal(count_word::none));
  constexpr std::uint32_t least_immortal = count_word::suspect_on_drop | count_word::immortal;
  CHECK(count_word::without_suspect_on_drop(least_immortal) == least_immortal);
}

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

TEST_CASE_TEMPLATE("immortalize: an immortal object outlives its pointers", Policy, ouro::local_refcount,
                   ouro::atomic_refcount, ouro::biased_refcount, three_verbs) {
  using memory = ouro::memory<Policy, ouro::trial_deletion, ouro::pool_allocator>;
  static int destroyed;
  destroyed = 0;
  struct witness {
    ~witness() { ++destroyed; }
  };
  witness* raw = nullptr;
  {
    const auto object = memory::template make<witness>();
    CHECK_FALSE(ouro::is_immortal(object));
    ouro::immortalize(object);
    CHECK(ouro::is_immortal(object));
    raw = object.get();
  }
  CHECK(destroyed == 0);
  const auto again = memory::from_this(raw);
  CHECK(ouro::is_immortal(again));
}

namespace {

struct self_counted : counted<self_counted> {
  self_counted() = default;
  self_counted(const self_counted&) = delete;
  self_counted& operator=(const self_counted&) = delete;
  virtual ~self_counted() = default;
  int count = 0;
  friend void intrusive_ptr_add_ref(self_counted* object) noexcept { ++object->count; }
  friend void intrusive_ptr_release(self_counted* object) noexcept {
    if (--object->count == 0) delete object;
  }
};

struct derived_counted : self_counted {};

template <class T>
using intrusive = ouro::managed_ptr<T, ouro::self_refcount, ouro::no_collector, ouro::system_allocator>;

static_assert(sizeof(intrusive<self_counted>) == sizeof(void*));
static_assert(std::is_convertible_v<self_counted*, intrusive<self_counted>>);

}  // namespace

TEST_CASE("self_refcount: takes raw pointers as boost::intrusive_ptr does") {
  auto* const raw = new self_counted;
  {
    const intrusive<self_counted> first = raw;
    const intrusive<self_counted> second{raw};
    CHECK(raw->count == 2);
    CHECK(first == second);
    CHECK(first == raw);
    intrusive<self_counted> third{raw, true};
    CHECK(raw->count == 3);
    self_counted* const detached = third.detach();
    CHECK(third == nullptr);
    CHECK(raw->count == 3);
    const intrusive<self_counted> adopted{detached, false};
    CHECK(raw->count == 3);
  }
  CHECK(self_counted::alive == 0);
}

TEST_CASE("self_refcount: assigns, resets, converts and casts") {
  intrusive<self_counted> base = new derived_counted;
  base = base.get();  // to itself, by way of a raw pointer
  CHECK(base->count == 1);
  const intrusive<derived_counted> derived = ouro::dynamic_pointer_cast<derived_counted>(base);
  CHECK(base->count == 2);
  base.reset(new self_counted);
  CHECK(self_counted::alive == 2);
  base.reset(derived.get(), true);
  CHECK(self_counted::alive == 1);
  base = nullptr;
  CHECK(derived->count == 1);
  const auto made =
      ouro::make_managed<derived_counted, ouro::self_refcount, ouro::no_collector, ouro::system_allocator>();
  CHECK(made->count == 1);
}

TEST_CASE("count_word: one pointer more than the most is immortal, and so is one more than that") {
  CHECK(count_word::raised(count_word::immortal - 1) == count_word::pinned);
  CHECK(count_word::raised(count_word::pinned) == count_word::pinned);
  CHECK(count_word::raised(count_word::immortal) == count_word::pinned);
}

TEST_CASE_TEMPLATE("header: a pointer more or fewer, without regard to candidacy", Policy, ouro::local_refcount,
                   ouro::atomic_refcount, ouro::biased_refcount, three_verbs) {
  using header = ouro::detail::header<Policy>;
  header suspect{count_word::with_suspect_on_drop(count_word::one), 0};
  CHECK(suspect.try_increment());
  CHECK(suspect.decrement_plainly() == drop_result::kept);
  CHECK(suspect.decrement_plainly() == drop_result::last);
  CHECK_FALSE(suspect.try_increment());
  CHECK(suspect.load_count() == count_word::none);
  header immortal{count_word::pinned, 0};
  CHECK(immortal.try_increment());
  CHECK(immortal.decrement_plainly() == drop_result::kept);
  CHECK(immortal.load_count() == count_word::pinned);
}

TEST_CASE_TEMPLATE("header: a change is made to what is there, though that has changed meanwhile", Policy,
                   ouro::local_refcount, ouro::atomic_refcount) {
  using header = ouro::detail::header<Policy>;
  header object{count_word::one, 2};
  int asked = 0;
  CHECK(header::update(object.info, [&](std::uint32_t seen) {
          if (++asked == 1) Policy::store(object.info, 4);
          return seen | 1;
        }) == 4);
  CHECK(asked == 2);
  CHECK(object.load_info() == 5);
  object.set_info(8);
  object.clear_info(1);
  CHECK(object.load_info() == 12);
}

TEST_CASE("self_refcount: adopts, finds itself from this, and is converted to its base") {
  auto* const raw = new derived_counted;
  {
    ++raw->count;
    const auto adopted = intrusive<derived_counted>::adopt(raw);
    CHECK(raw->count == 1);
    const auto again = ouro::managed_from_this<ouro::self_refcount, ouro::no_collector, ouro::system_allocator>(raw);
    CHECK(again == adopted);
    CHECK(raw->count == 2);
    const intrusive<self_counted> base = adopted;
    CHECK(base.get() == raw);
    CHECK(raw->count == 3);
    CHECK(base.owner() == raw);
  }
  CHECK(self_counted::alive == 0);
}

TEST_CASE("self_refcount: 0, NULL and nullptr are null, as for boost::intrusive_ptr") {
  // NOLINTBEGIN(modernize-use-nullptr)
  static constinit intrusive<self_counted> constant = nullptr;
  CHECK((constant == 0));
  intrusive<self_counted> p = 0;
  CHECK(p == nullptr);
  const intrusive<self_counted> object = new self_counted;
  p = object;
  CHECK((p != 0));
  CHECK((NULL != p));
  p = 0;
  CHECK((p == NULL));
  p = object;
  p = NULL;
  CHECK(p == nullptr);
  p = object;
  p = {};
  CHECK(p == nullptr);
  p = object;
  p.reset(0);
  CHECK(p == nullptr);
  p = object;
  p.reset(NULL);
  CHECK(p == nullptr);
  p = object;
  p.reset(nullptr);
  CHECK(p == nullptr);
  CHECK((intrusive<self_counted>(NULL) == nullptr));
  CHECK(object->count == 1);
  // NOLINTEND(modernize-use-nullptr)
}

static_assert(!std::is_constructible_v<intrusive<self_counted>, int>);
static_assert(!std::is_assignable_v<intrusive<self_counted>&, int>);
static_assert(!std::is_convertible_v<bool, intrusive<self_counted>>);
