#include <ouro/base/policy_axis.hpp>

namespace {

struct counts {};
struct collects {};
struct allocates {};
struct of_a_user {};

}  // namespace

namespace ouro::detail {

template <>
inline constexpr policy_axis axis_of<counts> = policy_axis::refcount;
template <>
inline constexpr policy_axis axis_of<collects> = policy_axis::collector;
template <>
inline constexpr policy_axis axis_of<allocates> = policy_axis::allocator;

static_assert(may_be_of<counts, policy_axis::refcount>);
static_assert(!may_be_of<counts, policy_axis::collector> && !may_be_of<counts, policy_axis::allocator>);
static_assert(!may_be_of<collects, policy_axis::refcount> && may_be_of<collects, policy_axis::collector>);
static_assert(!may_be_of<allocates, policy_axis::collector> && may_be_of<allocates, policy_axis::allocator>);

// A user's policy has no known axis: only the concept of an axis can refuse it.
static_assert(may_be_of<of_a_user, policy_axis::refcount> && may_be_of<of_a_user, policy_axis::allocator>);

// The wrong orders end the compilation: compile_fail/policies_in_wrong_order.cpp.
static_assert(are_in_order<counts, collects, allocates>());
static_assert(are_in_order<of_a_user, of_a_user, of_a_user>());

}  // namespace ouro::detail
