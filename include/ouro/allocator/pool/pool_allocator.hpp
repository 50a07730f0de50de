#pragma once
/// \file
/// CPython's obmalloc with the type known at compile time: blocks, pools, arenas.
///
/// ```
///   object  ── asks for a block of its size class ──►  pool (32 KiB, one class)  ──►  arena (2 MiB)  ──►  system
/// ```
/// Requests of up to 1024 bytes are served from pools; larger ones, and alignments above 64, go to `operator new`
/// (large_blocks.hpp).
/// A freed block is the next one that its pool hands out; a pool without used blocks goes back to its arena, to serve
/// any class; an arena without used pools goes back to the system, but for some that are kept. After S. Vladimir
/// Marangozov's obmalloc.c in CPython, and, for frees from other threads, mimalloc (Leijen, Zorn, de Moura 2019).

#include <ouro/allocator/allocator_policy.hpp>
#include <ouro/allocator/pool/arena.hpp>
#include <ouro/allocator/pool/known_arenas.hpp>
#include <ouro/allocator/pool/pool.hpp>
#include <ouro/allocator/pool/pool_heap.hpp>
#include <ouro/allocator/pool/pool_statistics.hpp>
#include <ouro/allocator/pool/remote_free_cache.hpp>
#include <ouro/allocator/pool/size_class.hpp>
#include <ouro/allocator/pool/thread_heap.hpp>
#include <ouro/allocator/pool/track.hpp>
#include <ouro/base/diagnostics.hpp>
#include <ouro/config.hpp>

#include <cstddef>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {
class own_pools;
}

/// Thread-safe: every thread allocates from pools of its own, or of the private heap that it is in, and may free any
/// block. `allocate` and `deallocate` are
/// O(1) and take no lock; one in some hundred takes a pool or an arena.
struct OURO_SHARED_TYPE pool_allocator {
  static constexpr std::size_t block_spacing = detail::size_class::spacing;  ///< bytes between size classes
  static constexpr std::size_t largest_block = detail::size_class::largest;  ///< bytes
  static constexpr std::size_t pool_bytes = detail::pool::bytes;
  static constexpr std::size_t arena_bytes = detail::arena::bytes;

  [[nodiscard]] OURO_ALWAYS_INLINE static void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    if (!detail::size_class::serves(bytes, alignment)) {
      return detail::current_pool_heap->allocate_large(bytes, alignment);
    }
    const std::uint32_t index = class_of(bytes, alignment);
    detail::pool* const from = detail::current_pool_heap->linked[index].head;
    if (from->freed == nullptr) [[unlikely]]
      return told_of(allocate_slowly(index, false), bytes);
    return told_of(detail::pool_heap::take_from(from), bytes);
  }

  /// Whether `allocate_walkable` serves the request.
  [[nodiscard]] static constexpr bool walks(std::size_t bytes, std::size_t alignment) noexcept {
    return detail::size_class::serves(bytes, alignment);
  }

  /// A block from a pool in which each used block begins with the header of an object, so that a collector can find the
  /// objects by walking the pools. \pre `walks(bytes, alignment)`
  [[nodiscard]] OURO_ALWAYS_INLINE static void* allocate_walkable(std::size_t bytes, std::size_t alignment) noexcept {
    const std::uint32_t index = class_of(bytes, alignment);
    detail::pool* const from = detail::current_pool_heap->linked_walkable[index].head;
    if (from->freed == nullptr) [[unlikely]]
      return told_of(allocate_slowly(index, true), bytes);
    return told_of(detail::pool_heap::take_from(from), bytes);
  }

  OURO_ALWAYS_INLINE static void deallocate(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    if (!detail::size_class::serves(bytes, alignment)) {
      return detail::large_blocks::deallocate(block, bytes, alignment);
    }
    if constexpr (check_level >= 1) check_given_back(block);
    if constexpr (track::is_on) {
      track::freed(detail::arena::base_of(block), block, detail::pool::of(block)->block_size);
    }
    detail::pool_heap* const owner = detail::arena::of(block)->owner;
    if (owner != detail::current_pool_heap) [[unlikely]]
      return detail::deallocate_remote(block, bytes);
    owner->deallocate(detail::pool::of(block), block);
  }

  /// Gives the arenas without a used block back to the system, those that are kept for reuse included. O(arenas)
  static void trim() noexcept {
    detail::remote_frees.send_all();
    if (detail::current_pool_heap != &detail::no_pool_heap) detail::current_pool_heap->trim();
  }

  /// O(pools).
  [[nodiscard]] static pool_statistics statistics() noexcept {
    return detail::statistics_of(*detail::current_pool_heap);
  }

  /// Whether a block of this size and alignment may begin there: certain where pools serve it. \pre a checked build.
  /// Any address may be asked for
  [[nodiscard]] static bool begins_block(const void* at, std::size_t bytes, std::size_t alignment) noexcept {
    const bool is_pooled = detail::known_arenas.has(at);
    if (is_pooled != detail::size_class::serves(bytes, alignment)) return false;
    return !is_pooled || detail::arena::begins_block(at);
  }

  /// Whether the block belongs to a private heap that has ended. \pre a checked build
  [[nodiscard]] static bool has_ended(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    if (!detail::size_class::serves(bytes, alignment)) return detail::large_blocks::has_ended(block);
    return detail::pool_heap_of(block) == &detail::ended_pool_heap;
  }

 private:
  friend class detail::own_pools;
  using track = detail::track;

  /// Of a block with a gap behind it for debugging tools. \pre `serves(bytes, alignment)`
  [[nodiscard]] OURO_ALWAYS_INLINE static std::uint32_t class_of(std::size_t bytes, std::size_t alignment) noexcept {
    const std::size_t wide = bytes + track::gap;
    return detail::size_class::of(detail::size_class::serves(wide, alignment) ? wide : bytes, alignment);
  }

  [[nodiscard]] OURO_ALWAYS_INLINE static void* told_of(void* block, std::size_t bytes) noexcept {
    if constexpr (track::is_on) {
      if (block != nullptr) track::allocated(detail::arena::base_of(block), block, bytes);
    }
    return block;
  }

  OURO_NOINLINE static void check_given_back(const void* block) noexcept {
    const detail::pool_heap* const owner = detail::pool_heap_of(block);
    if (owner == nullptr) detail::misuse("a block was given back that lies in no pool", "unknown");
    if (owner == &detail::ended_pool_heap) {
      detail::misuse("a block was given back after the end of its private heap", "unknown");
    }
  }

  OURO_NOINLINE static void* allocate_slowly(std::uint32_t index, bool heap_walkable) noexcept {
    detail::remote_frees.send_all();
    detail::pool_heap* const own = detail::heap_of_this_thread();
    return own == nullptr ? nullptr : own->allocate_slowly(index, heap_walkable);
  }
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
