#pragma once
/// \file
/// An allocator policy as an allocator of the standard library, so that the containers inside managed objects live in
/// the private heap too: `std::vector<int, ouro::standard_allocator<int, ouro::pool_allocator>>`.

#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/allocator/pool/pool_allocator.hpp>
#include <ouro/allocator/try_allocate.hpp>
#include <ouro/base/diagnostics.hpp>
#include <ouro/base/throw.hpp>
#include <ouro/base/type_name.hpp>
#include <ouro/config.hpp>
#include <ouro/heap/private_heap.hpp>

#include <cstddef>
#include <limits>
#include <string_view>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// A block in a private heap that had none, after an emergency collection there.
/// \throws std::bad_alloc
template <class AllocatorPolicy>
[[nodiscard]] OURO_NOINLINE void* allocate_after_collection(std::size_t bytes, std::size_t alignment,
                                                            std::string_view type) {
  void* const block =
      private_heap::try_after_collection([&] { return try_allocate<AllocatorPolicy>(bytes, alignment, type); });
  if (block == nullptr) throw_bad_alloc();
  return block;
}

/// For containers. \throws std::bad_alloc
template <class AllocatorPolicy>
[[nodiscard]] OURO_ALWAYS_INLINE void* allocate_or_throw(std::size_t bytes, std::size_t alignment,
                                                         std::string_view type) {
  void* const block = try_allocate<AllocatorPolicy>(bytes, alignment, type);
  if (block != nullptr) [[likely]]
    return block;
  return allocate_after_collection<AllocatorPolicy>(bytes, alignment, type);
}

}  // namespace detail

/// In a private heap that has no room left, `allocate` runs a collection there before it throws: so an insertion into a
/// container may run the destructors, finalizers and weak callbacks of garbage, which must not use that very container.
/// The containers of the standard library ask for memory before they change what a trace would see, so that a container
/// of a managed object may be traced meanwhile. With `gc::pause`, or collections at safe points alone, it does not.
///
/// Has no state: all allocators of one policy are equal. Thread-safe as the policy is.
template <class T, allocator_policy AllocatorPolicy = pool_allocator>
struct OURO_SHARED_TYPE standard_allocator {
  using value_type = T;
  /// A vector that is assigned takes the other one's block. Some standard libraries compile the assignment of elements
  /// if this is not said, which not all elements have.
  using propagate_on_container_move_assignment = std::true_type;

  constexpr standard_allocator() noexcept = default;
  template <class U>
  constexpr standard_allocator(const standard_allocator<U, AllocatorPolicy>&) noexcept {}

  /// \throws std::bad_alloc
  [[nodiscard]] T* allocate(std::size_t objects) {
    if (objects > std::numeric_limits<std::size_t>::max() / sizeof(T)) detail::throw_bad_array_length();
    // A block of no bytes would have no address of its own.
    const std::size_t bytes = objects == 0 ? 1 : objects * sizeof(T);
    return static_cast<T*>(detail::allocate_or_throw<AllocatorPolicy>(bytes, alignof(T), detail::type_name_of<T>));
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

#include <ouro/macros/restore.hpp>
