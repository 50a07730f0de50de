#pragma once
/// \file
/// A pool: 32 KiB of blocks of one size class. This is its header.
///
/// The headers of an arena's pools lie side by side at the beginning of the arena. If each lay in its own pool, at a
/// multiple of 32 KiB, all would fall into the same few sets of the cache, and a free of a random block would miss it.
///
/// A block is *used* (the program has it), *freed* (on the pool's free list), *quarantined* (freed, and handed out as
/// late as possible, for debugging tools) or *untouched* (beyond `untouched`, never handed out; its page is not in
/// memory yet). A pool is
/// - *linked*: it is on the list of its size class in the heap, and may have a block to give;
/// - *full*: no block is left; it is on no list, and `next` and `previous` are meaningless;
/// - *empty*: no block is used; it belongs to its arena, and its class is meaningless. CPython's obmalloc.c calls these
///   states used, full and empty. A linked pool without used blocks may be retained instead of becoming empty, so that
///   a program that makes and drops one object does not open and close a pool each time.

#include <ouro/allocator/pool/remote_free_list.hpp>
#include <ouro/allocator/pool/size_class.hpp>
#include <ouro/allocator/pool/track.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

struct alignas(size_class::strictest_alignment) pool {
  static constexpr std::size_t bytes = std::size_t{32} << 10;
  static constexpr std::size_t per_arena = 64;
  static constexpr std::size_t arena_bytes = per_arena * bytes;  ///< and the alignment of an arena
  /// Blocks made ready at a time: enough to amortise the call, few enough not to touch pages without need.
  static constexpr std::size_t carve_bytes = 1024;

  free_block* freed;  ///< the free list; the block freed last is handed out first, since its cache line is the warmest
  std::uint32_t frees_until_check;  ///< the free that lowers this to 0 must call `pool_heap::update_pool_state`
  std::uint32_t used_when_full;  ///< in a full pool all used blocks but one, which `frees_until_check` counts; else 0
  std::uint16_t index;           ///< the size class
  std::uint16_t block_size;      ///< bytes
  bool linked;                   ///< on the list of its class
  bool retain_when_empty;  ///< `frees_until_check` counts one more, so that the pool stays linked without used blocks
  bool heap_walkable;      ///< each used block begins with the header of an object (pool_walk.hpp)
  std::byte* untouched;    ///< first block never handed out
  pool* next;              ///< the next linked pool of the class, or the next empty pool of the arena
  pool* previous;          ///< null at the head of the list
  free_block* quarantine;  ///< the first of a chain of quarantined blocks, see track.hpp
  free_block* last_quarantined;  ///< the last of the chain; meaningless without a first

  [[nodiscard]] OURO_ALWAYS_INLINE static pool* of(const void* block) noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(block);
    return reinterpret_cast<pool*>(address & ~(std::uintptr_t{arena_bytes} - 1)) + address / bytes % per_arena;
  }

  /// The number of the pool in its arena.
  [[nodiscard]] std::size_t number() const noexcept {
    return reinterpret_cast<std::uintptr_t>(this) / sizeof(pool) % per_arena;
  }

  /// The pool's memory. In the arena's first pool the headers come first.
  [[nodiscard]] std::byte* begin() const noexcept {
    const std::uintptr_t arena = reinterpret_cast<std::uintptr_t>(this) & ~(std::uintptr_t{arena_bytes} - 1);
    return reinterpret_cast<std::byte*>(arena + number() * bytes);
  }

  /// Makes an empty pool one of class `size`. All blocks from `first` on are untouched.
  void open(std::uint32_t size, bool for_walks, std::byte* first) noexcept {
    freed = nullptr;
    frees_until_check = 0;
    used_when_full = 0;
    index = static_cast<std::uint16_t>(size);
    block_size = static_cast<std::uint16_t>(size_class::bytes(size));
    linked = false;
    retain_when_empty = false;
    heap_walkable = for_walks;
    untouched = first;
    quarantine = nullptr;
  }

  /// The number of used blocks. used() + |freed| + |quarantine| + |untouched| == capacity
  [[nodiscard]] std::uint32_t used() const noexcept {
    return frees_until_check + used_when_full - (retain_when_empty ? 1 : 0);
  }

  /// The pool is full and leaves its list: the next free must put it back there.
  void note_full() noexcept {
    used_when_full = frees_until_check - 1;
    frees_until_check = 1;
  }

  /// The pool is full no more. \pre `frees_until_check` has become 0
  void note_not_full() noexcept {
    frees_until_check = used_when_full;
    used_when_full = 0;
  }

  [[nodiscard]] std::size_t untouched_bytes() const noexcept {
    return static_cast<std::size_t>(begin() + bytes - untouched) / block_size * block_size;
  }

  /// Moves some untouched blocks to the free list, if there are any.
  void carve() noexcept {
    const std::size_t block = block_size;
    const std::size_t left = untouched_bytes();
    std::size_t take = carve_bytes / block * block;
    if (take > left) take = left;
    // Links them from the back, so that they are handed out in the order of their addresses.
    for (std::byte* at = untouched + take; at != untouched;) {
      at -= block;
      push(at);
    }
    untouched += take;
  }

  OURO_ALWAYS_INLINE void push(void* block) noexcept { freed = link(block, freed); }

  /// A block that was used.
  OURO_ALWAYS_INLINE void put_back(void* block) noexcept {
    if constexpr (track::quarantines_freed) {
      free_block* const back = link(block, nullptr);
      if (quarantine == nullptr) {
        quarantine = back;
      } else {
        static_cast<void>(link(last_quarantined, back));
      }
      last_quarantined = back;
    } else {
      push(block);
    }
  }

  /// \pre `freed == nullptr`
  void release_quarantine() noexcept {
    freed = quarantine;
    quarantine = nullptr;
  }

  /// Makes a free block of it. Any thread's: only a debugging tool looks at the header.
  OURO_ALWAYS_INLINE free_block* link(void* block, free_block* next_free) noexcept {
    end_storage_use(block);
    track::show(block, sizeof(free_block));
    auto* const freed_block = static_cast<free_block*>(block);
    freed_block->next = next_free;
    track::hide(block, sizeof(free_block));
    return freed_block;
  }

  /// The next one in the chain of a free block.
  [[nodiscard]] OURO_ALWAYS_INLINE static free_block* after(const free_block* block) noexcept {
    track::show(block, sizeof(free_block));
    free_block* const next = block->next;
    track::hide(block, sizeof(free_block));
    return next;
  }

  /// \pre `freed != nullptr`
  OURO_ALWAYS_INLINE void* pop() noexcept {
    free_block* const block = freed;
    freed = after(block);
    return block;
  }
};

static_assert(sizeof(pool) == size_class::strictest_alignment, "a header is one line of the cache");

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
