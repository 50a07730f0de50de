#pragma once
/// \file
/// CPython's collector: all objects of a generation, less the references among them.

#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/collector_verbs.hpp>
#include <ouro/collector/generational_driver.hpp>
#include <ouro/config.hpp>
#include <ouro/refcount/local_refcount.hpp>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Knows all objects that may be part of a cycle, and looks at a whole generation at a time: what the counts hold
/// beyond the edges inside the generation stems from outside; objects with such a rest, and all that they reach, are
/// alive; the others are garbage (CPython's gcmodule.c). A copy or drop of a pointer costs what it does without a
/// collector, and no walk follows pointers at random; in exchange each object is entered in a table when it is made,
/// and leaves it when it dies young or grows old. Old objects are found by walking the pools that they lie in; those
/// that do not come from pools, arrays and what threads share stay in a table: 16 bytes an object.
///
/// Objects are young until a collection has found them alive. Most automatic collections look at the young alone; full
/// ones come when a quarter as many objects have grown old as the last one found alive (trigger.hpp). Shared refcount
/// policies and threads: as with `trial_deletion`.
struct OURO_SHARED_TYPE generational : detail::collector_verbs<generational> {
  static constexpr bool tracks_all = true;
  using walkable_refcount = local_refcount;
  using walk_owner = generational;

  template <class RefcountPolicy>
  using driver = detail::generational_driver<RefcountPolicy, generational>;
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
