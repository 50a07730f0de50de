#pragma once
/// \file
/// An allocator policy as a `std::pmr::memory_resource`, for code that takes its memory through that interface.

#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/allocator/pool/pool_allocator.hpp>
#include <ouro/config.hpp>
#include <ouro/heap/adapters/standard_allocator.hpp>

#include <cstddef>
#include <memory_resource>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// The opposite of `resource_allocator`. Blocks come from the heap that the thread is in, as those of
/// `standard_allocator` do; when a private heap has no room left, it is collected. For pools of its own, which a
/// program frees all at once, see `pool_resource`.
///
/// Has no state: all resources of one policy are equal. Thread-safe as the policy is.
template <allocator_policy AllocatorPolicy = pool_allocator>
class OURO_SHARED_TYPE allocator_resource final : public std::pmr::memory_resource {
 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    return detail::allocate_or_throw<AllocatorPolicy>(bytes == 0 ? 1 : bytes, alignment, "unknown");
  }

  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
    AllocatorPolicy::deallocate(block, bytes == 0 ? 1 : bytes, alignment);
  }

  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    // Without RTTI two resources are told apart although they could free each other's blocks: slower, never wrong.
    if constexpr (has_rtti) return dynamic_cast<const allocator_resource*>(&other) != nullptr;
    return this == &other;
  }
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
