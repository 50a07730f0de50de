#pragma once
/// \file
/// Blocks that no pool serves: from the system, and on the list of their private heap, if they have one.
///
/// ```
///                 ┌──────────┬──────────┬───────────┬─────────┬────────────┬───────┐
///                 │ previous │   next   │   bytes   │ padding │ owner list │ block │
///                 └──────────┴──────────┴───────────┴─────────┴────────────┴───────┘
///    without one:                                   │ padding │   null     │ block │
/// ```

#include <ouro/allocator/system_allocator.hpp>
#include <ouro/base/diagnostics.hpp>
#include <ouro/base/static_mutex.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <limits>
#include <new>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The large blocks of one private heap. O(1) except for `free_all`. Thread-safe, since a thread that is not in the
/// heap may free a block of it.
class large_blocks {
 public:
  /// Null when memory is exhausted, and when the heap's `most` bytes are.
  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment, std::size_t most) noexcept {
    const lock_guard lock{mutex_};
    if (bytes > most || bytes_ > most - bytes) return nullptr;
    void* const raw = allocate_raw(bytes, alignment, sizeof(link));
    if (raw == nullptr) return nullptr;
    auto* const first = ::new (raw) link{nullptr, first_, bytes, alignment};
    if (first_ != nullptr) first_->previous = first;
    first_ = first;
    bytes_ += bytes;
    ++blocks_;
    return named(raw, alignment, sizeof(link), this);
  }

  [[nodiscard]] static void* allocate_unowned(std::size_t bytes, std::size_t alignment) noexcept {
    void* const raw = allocate_raw(bytes, alignment, 0);
    return raw == nullptr ? nullptr : named(raw, alignment, 0, nullptr);
  }

  /// Of whichever heap the block is.
  static void deallocate(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    if constexpr (check_level >= 1) {
      if (has_ended(block)) misuse("a block was given back after the end of its private heap", "unknown");
    }
    large_blocks* const owner = *owner_of(block);
    if (owner != nullptr) return owner->deallocate_own(block, bytes, alignment);
    free_raw(static_cast<std::byte*>(block) - front(alignment, 0), bytes, alignment, 0);
  }

  /// Whether the block's private heap has ended. \pre a checked build
  [[nodiscard]] static bool has_ended(void* block) noexcept;

  /// Moves all blocks to `keeper`, which keeps up to `most` bytes, those that came last.
  /// \pre no thread uses this heap any more
  void give_all_to(large_blocks& keeper, std::size_t most) noexcept {
    link* const first = first_;
    if (first == nullptr) return;
    const lock_guard lock{keeper.mutex_};
    if (keeper.bytes_ + bytes_ > most) keeper.free_all();
    if (bytes_ > most) return;
    link* last = first;
    for (link* at = first; at != nullptr; at = at->next) {
      *owner_of(block_of(at)) = &keeper;
      last = at;
    }
    last->next = keeper.first_;
    if (keeper.first_ != nullptr) keeper.first_->previous = last;
    keeper.first_ = first;
    keeper.bytes_ += bytes_;
    keeper.blocks_ += blocks_;
    first_ = nullptr;
    bytes_ = blocks_ = 0;
  }

  /// \pre no thread uses the blocks any more
  void free_all() noexcept {
    while (first_ != nullptr) {
      const link gone = *first_;
      free_raw(first_, gone.bytes, gone.alignment, sizeof(link));
      first_ = gone.next;
    }
    bytes_ = blocks_ = 0;
  }

  [[nodiscard]] std::size_t bytes() const noexcept {
    const lock_guard lock{mutex_};
    return bytes_;
  }
  [[nodiscard]] std::size_t blocks() const noexcept {
    const lock_guard lock{mutex_};
    return blocks_;
  }

 private:
  struct link {
    link* previous;
    link* next;
    std::size_t bytes;
    std::size_t alignment;
  };

  /// Bytes in front of a block: `known` of them at the very beginning, and the owner's address just before the block.
  [[nodiscard]] static constexpr std::size_t front(std::size_t alignment, std::size_t known) noexcept {
    const std::size_t unit = strictest(alignment);
    return (known + sizeof(large_blocks*) + unit - 1) / unit * unit;
  }

  [[nodiscard]] static constexpr std::size_t strictest(std::size_t alignment) noexcept {
    return alignment < alignof(std::max_align_t) ? alignof(std::max_align_t) : alignment;
  }

  [[nodiscard]] static void* block_of(link* at) noexcept {
    return reinterpret_cast<std::byte*>(at) + front(at->alignment, sizeof(link));
  }

  [[nodiscard]] static large_blocks** owner_of(void* block) noexcept { return static_cast<large_blocks**>(block) - 1; }

  [[nodiscard]] static void* allocate_raw(std::size_t bytes, std::size_t alignment, std::size_t known) noexcept {
    const std::size_t before = front(alignment, known);
    if (bytes > std::numeric_limits<std::size_t>::max() - before) return nullptr;
    return system_allocator::allocate(before + bytes, strictest(alignment));
  }

  static void free_raw(void* raw, std::size_t bytes, std::size_t alignment, std::size_t known) noexcept {
    system_allocator::deallocate(raw, front(alignment, known) + bytes, strictest(alignment));
  }

  [[nodiscard]] static void* named(void* raw, std::size_t alignment, std::size_t known, large_blocks* owner) noexcept {
    void* const block = static_cast<std::byte*>(raw) + front(alignment, known);
    *owner_of(block) = owner;
    return block;
  }

  void deallocate_own(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    auto* const at = reinterpret_cast<link*>(static_cast<std::byte*>(block) - front(alignment, sizeof(link)));
    {
      const lock_guard lock{mutex_};
      (at->previous != nullptr ? at->previous->next : first_) = at->next;
      if (at->next != nullptr) at->next->previous = at->previous;
      bytes_ -= bytes;
      --blocks_;
    }
    free_raw(at, bytes, alignment, sizeof(link));
  }

  mutable pooled_mutex mutex_;  ///< heaps end, and their blocks may be freed by any thread
  link* first_ = nullptr;
  std::size_t bytes_ = 0;  ///< asked for
  std::size_t blocks_ = 0;
};

/// What checked builds keep of private heaps that have ended.
OURO_SHARED_STATE inline constinit large_blocks ended_large_blocks{};

inline bool large_blocks::has_ended(void* block) noexcept { return *owner_of(block) == &ended_large_blocks; }

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
