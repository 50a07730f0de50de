#pragma once
/// \file
/// Blocks from a `std::pmr::memory_resource`: a monotonic buffer, a resource that logs, a framework's own.

#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <memory_resource>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// The resource of the innermost `resource_allocator::scope` of this thread; null means the program's default.
OURO_SHARED_STATE inline constinit thread_local std::pmr::memory_resource* current_resource = nullptr;

}  // namespace detail

/// Takes blocks from the resource that the thread has chosen by `resource_allocator::scope`, or else from
/// `std::pmr::get_default_resource()`. Each block remembers its resource, at the cost of one pointer (at least its
/// alignment) in front of it, so that it goes home whatever is chosen then. The resource must outlive its blocks, and
/// be thread-safe if they are dropped on other threads.
struct OURO_SHARED_TYPE resource_allocator {
  /// While it lives, the thread's objects come from `resource`. Scopes nest.
  class scope {
   public:
    explicit scope(std::pmr::memory_resource* resource) noexcept : outer_{detail::current_resource} {
      detail::current_resource = resource;
    }
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;
    ~scope() { detail::current_resource = outer_; }

   private:
    std::pmr::memory_resource* outer_;  ///< restored at the end
  };

  /// \throws what the resource throws
  [[nodiscard]] static void* allocate(std::size_t bytes, std::size_t alignment) {
    std::pmr::memory_resource* const from =
        detail::current_resource != nullptr ? detail::current_resource : std::pmr::get_default_resource();
    const std::size_t front = front_bytes(alignment);
    void* const raw = from->allocate(front + bytes, strictest(alignment));
    if (raw == nullptr) return nullptr;
    auto* const block = static_cast<std::byte*>(raw) + front;
    *home_of(block) = from;
    return block;
  }

  static void deallocate(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    const std::size_t front = front_bytes(alignment);
    (*home_of(block))->deallocate(static_cast<std::byte*>(block) - front, front + bytes, strictest(alignment));
  }

 private:
  using home = std::pmr::memory_resource*;

  [[nodiscard]] static constexpr std::size_t strictest(std::size_t alignment) noexcept {
    return alignment < alignof(home) ? alignof(home) : alignment;
  }

  /// Bytes in front of a block, a multiple of its alignment.
  [[nodiscard]] static constexpr std::size_t front_bytes(std::size_t alignment) noexcept {
    return alignment < sizeof(home) ? sizeof(home) : alignment;
  }

  [[nodiscard]] static home* home_of(void* block) noexcept { return static_cast<home*>(block) - 1; }
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
