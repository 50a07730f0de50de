#pragma once
/// \file
/// Pools that belong to no thread and no private heap, but to an object of the program.

#include <ouro/allocator/pool/arena.hpp>
#include <ouro/allocator/pool/heap_validity.hpp>
#include <ouro/allocator/pool/pool.hpp>
#include <ouro/allocator/pool/pool_allocator.hpp>
#include <ouro/allocator/pool/pool_heap.hpp>
#include <ouro/allocator/pool/pool_statistics.hpp>
#include <ouro/allocator/pool/size_class.hpp>
#include <ouro/allocator/pool/track.hpp>
#include <ouro/base/diagnostics.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Used by one thread at a time, which may be another one each time, as the program sees to it. Its blocks must not be
/// given to `pool_allocator::deallocate`. About 7 KiB.
class own_pools {
 public:
  own_pools() noexcept { pools_.is_for_any_thread = true; }
  own_pools(const own_pools&) = delete;
  own_pools& operator=(const own_pools&) = delete;
  ~own_pools() { pools_.free_all(); }

  /// Null when memory is exhausted. O(1); one in some hundred takes a pool or an arena.
  /// \pre `size_class::serves(bytes, alignment)` and `bytes > 0`
  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    const std::uint32_t index = pool_allocator::class_of(bytes, alignment);
    pool* const from = pools_.linked[index].head;
    void* const block =
        from->freed != nullptr ? pool_heap::take_from(from) : pools_.allocate_slowly(index, /*heap_walkable=*/false);
    return pool_allocator::told_of(block, bytes);
  }

  /// O(1). \pre `allocate` has returned the block for the same request, and `release` has not been called since;
  /// checked builds report violations, and then name `what`
  void deallocate(void* block, std::size_t bytes, std::size_t alignment, std::string_view what) noexcept {
    if constexpr (check_level >= 1) check_given_back(block, pool_allocator::class_of(bytes, alignment), what);
    pool* const home = pool::of(block);
    if constexpr (track::is_on) track::freed(arena::base_of(block), block, home->block_size);
    pools_.deallocate(home, block);
  }

  /// Gives all memory back to the system, whatever is in use. O(arenas)
  void release() noexcept {
    pools_.free_all();
    std::destroy_at(&pools_);
    ::new (static_cast<void*>(&pools_)) pool_heap{};
    pools_.is_for_any_thread = true;
  }

  /// O(pools).
  [[nodiscard]] pool_statistics statistics() const noexcept { return statistics_of(pools_); }

  /// O(blocks).
  [[nodiscard]] bool is_valid() const noexcept { return pools_.is_valid(); }

 private:
  OURO_NOINLINE void check_given_back(const void* block, std::uint32_t index, std::string_view what) const noexcept {
    if (pool_heap_of(block) != &pools_) misuse("a block was given back to a resource that it does not come from", what);
    if (pool::of(block)->index != index || !arena::begins_block(block))
      misuse("a block was given back with another size or alignment than it was asked for", what);
  }

  pool_heap pools_{};
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
