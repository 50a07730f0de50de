#pragma once
/// \file
/// Asks an allocator policy for a block, in whichever way it answers.

#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/config.hpp>

#include <concepts>
#include <cstddef>
#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Asks what its blocks are for.
template <class AllocatorPolicy>
concept has_allocate_for = requires(std::size_t bytes, std::size_t alignment, std::string_view type) {
  { AllocatorPolicy::allocate_for(bytes, alignment, type) } -> std::same_as<void*>;
};

namespace detail {

/// A block from the policy, which is told the name of what will lie in it, if it asks for that.
template <class AllocatorPolicy>
[[nodiscard]] OURO_ALWAYS_INLINE void* allocate_for(
    std::size_t bytes, std::size_t alignment,
    [[maybe_unused]] std::string_view type) noexcept(noexcept(AllocatorPolicy::allocate(bytes, alignment))) {
  if constexpr (has_allocate_for<AllocatorPolicy>) {
    return AllocatorPolicy::allocate_for(bytes, alignment, type);
  } else {
    return AllocatorPolicy::allocate(bytes, alignment);
  }
}

/// A block from the policy, for an object whose type has the name `type`. Null if the policy has no memory, whether it
/// says so by null or by an exception.
template <class AllocatorPolicy>
[[nodiscard]] OURO_ALWAYS_INLINE void* try_allocate(std::size_t bytes, std::size_t alignment,
                                                    std::string_view type) noexcept {
  if constexpr (noexcept(AllocatorPolicy::allocate(bytes, alignment))) {
    return allocate_for<AllocatorPolicy>(bytes, alignment, type);
  } else {
    OURO_TRY { return allocate_for<AllocatorPolicy>(bytes, alignment, type); }
    OURO_CATCH_ALL {
      return nullptr;
    }
  }
}

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
