#pragma once
/// \file
/// What is left of private heaps that have ended while something in them was in use. Checked builds keep it for some
/// time: a pointer or a container that outlives its heap finds the memory as it was, and is reported.

#include <ouro/allocator/pool/arena.hpp>
#include <ouro/allocator/pool/large_blocks.hpp>
#include <ouro/allocator/pool/pool_heap.hpp>
#include <ouro/base/static_mutex.hpp>
#include <ouro/config.hpp>

#include <cstddef>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Keeps up to `most_arenas` arenas and `most_large_bytes` bytes of large blocks, those of the heaps that ended last.
/// Thread-safe.
class ended_heaps {
 public:
  static constexpr std::size_t most_arenas = 16;
  static constexpr std::size_t most_large_bytes = std::size_t{32} << 20;

  /// Takes what is in use of the heap. O(blocks). \pre a private heap's, which no thread uses any more
  void take(pool_heap& ended) noexcept {
    const lock_guard lock{mutex_};
    ended.give_arenas_in_use([this](arena* each) { take(each); });
    ended.large->give_all_to(ended_large_blocks, most_large_bytes);
  }

 private:
  void take(arena* ended) noexcept {
    ended->owner = &ended_pool_heap;
    ended->next = nullptr;
    arena::end_tracking(ended);
    (first_ == nullptr ? first_ : last_->next) = ended;
    last_ = ended;
    if (++arenas_ <= most_arenas) return;
    arena* const oldest = first_;
    first_ = oldest->next;
    --arenas_;
    arena::unmap_untracked(oldest);
  }

  static_mutex mutex_;
  arena* first_ = nullptr;  ///< the oldest; linked by `next`
  arena* last_ = nullptr;   ///< the newest, if there is one
  std::size_t arenas_ = 0;
};

/// Empty at check level 0.
OURO_SHARED_STATE inline constinit ended_heaps kept_of_ended_heaps{};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
