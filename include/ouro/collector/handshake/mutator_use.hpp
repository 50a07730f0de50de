#pragma once
/// \file
/// Which memories register the threads that use their objects, and how.

#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/handshake/mutator.hpp>
#include <ouro/collector/handshake/world.hpp>
#include <ouro/config.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Whether threads share the objects of a collector that stops them.
template <class RefcountPolicy, class CollectorPolicy>
concept stops_mutators = counts_in_header<RefcountPolicy> && static_cast<bool>(RefcountPolicy::is_thread_safe) &&
                         finds_cycles<CollectorPolicy>;

/// A collector policy may say that each thread which uses its objects registers itself by a `thread_scope`, so that
/// pointers need not look.
template <class CollectorPolicy>
concept threads_register_by_hand = requires { requires CollectorPolicy::threads_register_by_hand; };

/// Is called for each use of a pointer: the thread may use shared objects from now on. One comparison with a
/// thread-local word; nothing for memories whose objects belong to one thread.
template <class RefcountPolicy, class CollectorPolicy>
OURO_ALWAYS_INLINE constexpr void note_use() noexcept {
  if constexpr (stops_mutators<RefcountPolicy, CollectorPolicy> && !threads_register_by_hand<CollectorPolicy>) {
    if (!std::is_constant_evaluated()) {
      if (!this_mutator.is_inside()) [[unlikely]]
        all_mutators.enter();
    }
  }
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
