#pragma once
/// \file
/// Which of the three axes each of our policies is of, so that policies in the wrong order are answered by the right
/// one.

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

enum class policy_axis { unknown, refcount, collector, allocator };

/// Specialised for ours where they are declared.
template <class Policy>
inline constexpr policy_axis axis_of = policy_axis::unknown;

template <class Policy, policy_axis Axis>
inline constexpr bool may_be_of = axis_of<Policy> == policy_axis::unknown || axis_of<Policy> == Axis;

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
