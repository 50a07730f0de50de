#pragma once
/// \file
/// The private heap of the calling thread, in numbers.

#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/allocator/pool_allocator.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/fwd.hpp>

#include <type_traits>

namespace ouro {

/// What the policies' objects of the calling thread live in.
template <refcount_policy RefcountPolicy, collector_policy CollectorPolicy, allocator_policy AllocatorPolicy>
class basic_heap {
 public:
  /// The allocator's own account, in bytes, where it keeps one.
  [[nodiscard]] static auto statistics() noexcept
    requires requires { AllocatorPolicy::statistics(); }
  {
    return AllocatorPolicy::statistics();
  }

  /// Gives memory that is not used back to the system.
  static void trim() noexcept {
    if constexpr (has_trim<AllocatorPolicy>) AllocatorPolicy::trim();
  }
};

}  // namespace ouro
