#pragma once
/// \file
/// The contract of the allocator axis: where blocks come from.
///
/// | expression | returns | meaning |
/// | --- | --- | --- |
/// | `A::allocate(bytes, alignment)` | `void*` | a block; null, or `std::bad_alloc` thrown, when memory is exhausted |
/// | `A::deallocate(block, bytes, alignment)` | `void` | gives it back; noexcept; both numbers as at the allocation |
///
/// Optional:
///
/// | expression | returns | meaning |
/// | --- | --- | --- |
/// | `A::trim()` | `void` | gives what is cached back to the system; noexcept |
/// | `A::allocate_for(bytes, alignment, type)` | `void*` | `allocate` for a type of this name; noexcept if that is |
/// | `A::walks(bytes, alignment)` | `bool` | whether there are walkable pools for such blocks (pool_walk.hpp) |
/// | `A::allocate_walkable(bytes, alignment)` | `void*` | if so: a block in one of these pools |
/// | `A::begins_block(at, bytes, alignment)` | `bool` | false if no block of `A` begins at this address; noexcept |
///
/// Checked builds call `begins_block` with any address, whatever lies there.
///
/// `bytes` is at least 1, `alignment` a power of two. Both are constants wherever the type is known, so that a
/// policy whose verbs are inline decides its size class at compile time. A policy is a name for static functions: it
/// has no state of its own, and a pointer pays nothing for it. It is called from every thread that uses its objects.

#include <ouro/base/policy_axis.hpp>
#include <ouro/config.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro {

struct OURO_SHARED_TYPE pool_allocator;
struct OURO_SHARED_TYPE resource_allocator;
struct OURO_SHARED_TYPE system_allocator;

namespace detail {

template <>
inline constexpr policy_axis axis_of<pool_allocator> = policy_axis::allocator;
template <>
inline constexpr policy_axis axis_of<resource_allocator> = policy_axis::allocator;
template <>
inline constexpr policy_axis axis_of<system_allocator> = policy_axis::allocator;

/// Ours fulfil the contract before they are defined, so that pointers can be declared (fwd.hpp).
template <class AllocatorPolicy>
concept allocator_policy_of_ours =
    std::same_as<AllocatorPolicy, pool_allocator> || std::same_as<AllocatorPolicy, resource_allocator> ||
    std::same_as<AllocatorPolicy, system_allocator>;

}  // namespace detail

template <class AllocatorPolicy>
concept has_allocate =
    detail::allocator_policy_of_ours<AllocatorPolicy> || requires(std::size_t bytes, std::size_t alignment) {
      { AllocatorPolicy::allocate(bytes, alignment) } -> std::same_as<void*>;
    };

template <class AllocatorPolicy>
concept has_deallocate = detail::allocator_policy_of_ours<AllocatorPolicy> ||
                         requires(void* block, std::size_t bytes, std::size_t alignment) {
                           { AllocatorPolicy::deallocate(block, bytes, alignment) } noexcept -> std::same_as<void>;
                         };

template <class AllocatorPolicy>
concept has_no_state = detail::allocator_policy_of_ours<AllocatorPolicy> || std::is_empty_v<AllocatorPolicy>;

template <class AllocatorPolicy>
concept has_trim = requires {
  { AllocatorPolicy::trim() } noexcept -> std::same_as<void>;
};

template <class AllocatorPolicy>
concept has_allocate_walkable = requires(std::size_t bytes, std::size_t alignment) {
  { AllocatorPolicy::walks(bytes, alignment) } -> std::same_as<bool>;
  { AllocatorPolicy::allocate_walkable(bytes, alignment) } noexcept -> std::same_as<void*>;
};

template <class AllocatorPolicy>
concept has_begins_block = requires(const void* at, std::size_t bytes, std::size_t alignment) {
  { AllocatorPolicy::begins_block(at, bytes, alignment) } noexcept -> std::same_as<bool>;
};

/// False for a policy that we know to be of another axis. A variable and no concept, so that g++ names it where it is
/// false.
template <class AllocatorPolicy>
inline constexpr bool is_third_of_refcount_collector_allocator =
    detail::may_be_of<AllocatorPolicy, detail::policy_axis::allocator>;

/// Gives and takes blocks. \see the table above
template <class AllocatorPolicy>
concept allocator_policy = is_third_of_refcount_collector_allocator<AllocatorPolicy> && has_no_state<AllocatorPolicy> &&
                           has_allocate<AllocatorPolicy> && has_deallocate<AllocatorPolicy>;

}  // namespace ouro

#include <ouro/macros/restore.hpp>
