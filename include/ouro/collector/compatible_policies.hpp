#pragma once
/// \file
/// Which policies go together.

#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/base/policy_axis.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// A collector keeps its marks in the header, which a type that counts itself has not got.
template <class RefcountPolicy, class CollectorPolicy>
concept collector_finds_a_header = counts_in_header<RefcountPolicy> || !finds_cycles<CollectorPolicy>;

/// What `memory<R, C, A>` asks of its policies: each is one of its axis, and they fit each other. Where the order is
/// wrong, this is not false but the end of the compilation, by a line that says the order.
template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
concept compatible_policies =
    detail::are_in_order<RefcountPolicy, CollectorPolicy, AllocatorPolicy>() && refcount_policy<RefcountPolicy> &&
    collector_policy<CollectorPolicy> && allocator_policy<AllocatorPolicy> &&
    collector_finds_a_header<RefcountPolicy, CollectorPolicy>;

}  // namespace ouro

#include <ouro/macros/restore.hpp>
