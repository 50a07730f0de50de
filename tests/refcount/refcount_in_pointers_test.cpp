// What pointers do with the refcount policy that they are given.

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

namespace {

template <class R, class C, class A>
concept makes_a_pointer = requires { typename ouro::managed_ptr<int, R, C, A>; };

struct no_allocator {};
struct collector_without_verbs {
  static constexpr bool finds_cycles = true;
};

/// Lacks everything.
struct without_verbs {};

}  // namespace

static_assert(makes_a_pointer<ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>);
static_assert(makes_a_pointer<ouro::self_refcount, ouro::no_collector, ouro::system_allocator>);
// A collector needs a header, which what counts itself has not got.
static_assert(!makes_a_pointer<ouro::self_refcount, ouro::trial_deletion, ouro::pool_allocator>);
static_assert(!makes_a_pointer<without_verbs, ouro::no_collector, ouro::pool_allocator>);
static_assert(!makes_a_pointer<ouro::local_refcount, collector_without_verbs, ouro::pool_allocator>);
static_assert(!makes_a_pointer<ouro::local_refcount, ouro::no_collector, no_allocator>);

TEST_CASE_TEMPLATE("immortalize: an immortal object outlives its pointers", Policy, ouro::local_refcount,
                   ouro::atomic_refcount, ouro::biased_refcount) {
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
