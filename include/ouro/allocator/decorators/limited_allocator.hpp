#pragma once
/// \file
/// A budget in bytes for another allocator.

#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/allocator/try_allocate.hpp>
#include <ouro/config.hpp>

#include <atomic>
#include <cstddef>
#include <limits>
#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Gives blocks of `AllocatorPolicy` until they come to `limit()` bytes; then it has none, and `make_managed` collects
/// and tries again before it throws. `Budget` tells several budgets over one allocator apart: any type will do.
///
/// One budget for all threads: thread-safe. Counts the bytes asked for, without what the allocator rounds them up to.
/// Two atomic additions more a block.
template <allocator_policy AllocatorPolicy, class Budget = void>
struct OURO_SHARED_TYPE limited_allocator {
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();  ///< bytes

  [[nodiscard]] static std::size_t limit() noexcept { return limit_.load(std::memory_order_relaxed); }

  /// Blocks that are in use stay, even when they are more than that.
  static void set_limit(std::size_t bytes) noexcept { limit_.store(bytes, std::memory_order_relaxed); }

  /// Bytes in use.
  [[nodiscard]] static std::size_t used() noexcept { return used_.load(std::memory_order_relaxed); }

  /// The most bytes that were ever in use, or since `reset_peak`.
  [[nodiscard]] static std::size_t peak() noexcept { return peak_.load(std::memory_order_relaxed); }
  static void reset_peak() noexcept { peak_.store(used(), std::memory_order_relaxed); }

  [[nodiscard]] static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    return allocate_for(bytes, alignment, {});
  }

  [[nodiscard]] static void* allocate_for(std::size_t bytes, std::size_t alignment, std::string_view type) noexcept {
    if (!reserve(bytes)) return nullptr;
    void* const block = detail::try_allocate<AllocatorPolicy>(bytes, alignment, type);
    if (block == nullptr) used_.fetch_sub(bytes, std::memory_order_relaxed);
    return block;
  }

  static void deallocate(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    AllocatorPolicy::deallocate(block, bytes, alignment);
    used_.fetch_sub(bytes, std::memory_order_relaxed);
  }

  [[nodiscard]] static bool begins_block(const void* at, std::size_t bytes, std::size_t alignment) noexcept
    requires has_begins_block<AllocatorPolicy>
  {
    return AllocatorPolicy::begins_block(at, bytes, alignment);
  }

  static void trim() noexcept
    requires has_trim<AllocatorPolicy>
  {
    AllocatorPolicy::trim();
  }

 private:
  // relaxed, here and above: the numbers order no other memory.
  [[nodiscard]] static bool reserve(std::size_t bytes) noexcept {
    const std::size_t most = limit();
    std::size_t before = used();
    do {
      if (bytes > most || before > most - bytes) return false;
    } while (!used_.compare_exchange_weak(before, before + bytes, std::memory_order_relaxed));
    std::size_t highest = peak();
    while (highest < before + bytes &&
           !peak_.compare_exchange_weak(highest, before + bytes, std::memory_order_relaxed)) {
    }
    return true;
  }

  OURO_SHARED_STATE static inline constinit std::atomic<std::size_t> limit_{unlimited};
  OURO_SHARED_STATE static inline constinit std::atomic<std::size_t> used_{0};
  OURO_SHARED_STATE static inline constinit std::atomic<std::size_t> peak_{0};
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
