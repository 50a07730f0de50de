#pragma once
/// \file
/// Which of the three axes each of our policies is of, so that policies in the wrong order are answered by the right
/// one.

#include <ouro/config.hpp>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

enum class policy_axis { unknown, refcount, collector, allocator };

/// Specialised for ours where they are declared.
template <class Policy>
inline constexpr policy_axis axis_of = policy_axis::unknown;

template <class Policy, policy_axis Axis>
inline constexpr bool may_be_of = axis_of<Policy> == policy_axis::unknown || axis_of<Policy> == Axis;

/// True, or the end of the compilation by one line that names a policy in the wrong place.
template <class Policy, policy_axis Axis>
[[nodiscard]] consteval bool check_place() noexcept {
  OURO_REQUIRE(Policy, "ouro: the order of policies is <RefcountPolicy, CollectorPolicy, AllocatorPolicy>",
               may_be_of<Policy, Axis>);
  return true;
}

template <class First, class Second, class Third>
[[nodiscard]] consteval bool are_in_order() noexcept {
  return check_place<First, policy_axis::refcount>() && check_place<Second, policy_axis::collector>() &&
         check_place<Third, policy_axis::allocator>();
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
