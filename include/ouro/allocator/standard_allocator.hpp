#pragma once
/// \file
/// An allocator policy as an allocator of the standard library, so that the containers inside managed objects live in
/// the private heap too: `std::vector<int, ouro::standard_allocator<int, ouro::pool_allocator>>`.

#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/allocator/pool_allocator.hpp>
#include <ouro/allocator/throw.hpp>
#include <ouro/allocator/try_allocate.hpp>
#include <ouro/config.hpp>
#include <ouro/object/hooks.hpp>
#include <ouro/object/type_name.hpp>

#include <cstddef>
#include <limits>

namespace ouro {

/// Has no state: all allocators of one policy are equal. Thread-safe as the policy is.
template <class T, allocator_policy AllocatorPolicy = pool_allocator>
struct OURO_SHARED_TYPE standard_allocator {
  using value_type = T;

  constexpr standard_allocator() noexcept = default;
  template <class U>
  constexpr standard_allocator(const standard_allocator<U, AllocatorPolicy>&) noexcept {}

  /// \throws std::bad_alloc
  [[nodiscard]] T* allocate(std::size_t objects) {
    if (objects > std::numeric_limits<std::size_t>::max() / sizeof(T)) detail::throw_bad_array_length();
    // A block of no bytes would have no address of its own.
    const std::size_t bytes = objects == 0 ? 1 : objects * sizeof(T);
    void* const block = detail::allocate_for<AllocatorPolicy>(bytes, alignof(T), detail::type_name_of<T>);
    if (block == nullptr) detail::throw_bad_alloc();
    return static_cast<T*>(block);
  }

  void deallocate(T* block, std::size_t objects) noexcept {
    const std::size_t bytes = objects == 0 ? 1 : objects * sizeof(T);
    if constexpr (check_level >= 1 && requires { AllocatorPolicy::has_ended(block, bytes, alignof(T)); }) {
      if (AllocatorPolicy::has_ended(block, bytes, alignof(T))) {
        detail::misuse("a container has outlived its private heap", detail::type_name_of<T>);
      }
    }
    AllocatorPolicy::deallocate(block, bytes, alignof(T));
  }

  template <class U>
  [[nodiscard]] friend constexpr bool operator==(const standard_allocator&,
                                                 const standard_allocator<U, AllocatorPolicy>&) noexcept {
    return true;
  }
};

}  // namespace ouro
