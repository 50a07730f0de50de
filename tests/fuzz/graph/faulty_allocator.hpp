#pragma once
/// \file
/// An allocator of the graph fuzzer that fails when a program says so, and counts the bytes in use.

#include <atomic>
#include <cstddef>
#include <new>

namespace ouro::fuzz {

/// Fails the allocation after the next `left` ones, once.
struct faulty_allocator {
  static constexpr std::size_t never = static_cast<std::size_t>(-1);

  static inline std::atomic<std::size_t> left{never};  ///< allocations before the one that fails
  static inline std::atomic<std::size_t> used{0};      ///< bytes

  [[nodiscard]] static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (left != never && left-- == 0) {
      left = never;
      return nullptr;
    }
    void* const made = ::operator new(bytes, std::align_val_t{alignment}, std::nothrow);
    if (made != nullptr) used += bytes;
    return made;
  }

  static void deallocate(void* back, std::size_t bytes, std::size_t alignment) noexcept {
    used -= bytes;
    ::operator delete(back, bytes, std::align_val_t{alignment});
  }
};

}  // namespace ouro::fuzz
