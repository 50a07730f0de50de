#pragma once
/// \file
/// Synchronous cycle collection by trial deletion.

#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/collector_verbs.hpp>
#include <ouro/collector/trial_deletion_driver.hpp>
#include <ouro/config.hpp>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Finds garbage cycles among what the objects reach whose count has fallen to a non-zero value (Bacon and Rajan 2001).
/// A collection costs O(objects and edges reached from its candidates), not O(heap); types that cannot reach themselves
/// are never candidates, and never looked at. Most automatic collections are minor ones, which do not walk into what an
/// earlier one has found alive: their pauses do not grow with the heap (generations.hpp, trigger.hpp).
///
/// With `local_refcount`, collections start by themselves inside `make_managed`, on the thread that makes.
///
/// With `atomic_refcount` and `biased_refcount`, objects are shared between threads. Collections start in the same way,
/// and stop the threads that use the objects while they look at them (handshake/world.hpp); a collection that a thread
/// does not let begin is given up, and nothing has changed. Finalizers and destructors of garbage run on the thread
/// that collects, while the others run. One thread collects at a time: on another one, `gc::collect()` does nothing
/// meanwhile, and returns 0.
struct OURO_SHARED_TYPE trial_deletion : detail::collector_verbs<trial_deletion> {
  template <class RefcountPolicy>
  using driver = detail::trial_deletion_driver<RefcountPolicy>;
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
