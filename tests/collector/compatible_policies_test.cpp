#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

using ouro::compatible_policies;

namespace {

/// Finds cycles, and offers nothing else.
struct without_verbs {
  static constexpr bool finds_cycles = true;
};

}  // namespace

static_assert(compatible_policies<ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>);
static_assert(compatible_policies<ouro::atomic_refcount, ouro::generational, ouro::system_allocator>);
static_assert(compatible_policies<ouro::biased_refcount, ouro::no_collector, ouro::resource_allocator>);
static_assert(!compatible_policies<ouro::local_refcount, without_verbs, ouro::pool_allocator>);
static_assert(!compatible_policies<int, ouro::no_collector, ouro::pool_allocator>);
static_assert(!compatible_policies<ouro::local_refcount, ouro::no_collector, int>);
// A collector keeps its marks in the header, which an object that counts itself has not got.
static_assert(compatible_policies<ouro::self_refcount, ouro::no_collector, ouro::pool_allocator>);
static_assert(!ouro::collector_finds_a_header<ouro::self_refcount, ouro::trial_deletion>);
static_assert(!compatible_policies<ouro::self_refcount, ouro::trial_deletion, ouro::pool_allocator>);
static_assert(!compatible_policies<ouro::self_refcount, ouro::generational, ouro::pool_allocator>);
