#pragma once
/// \file
/// The blocks of other heaps that a thread has freed and not yet given back to them.
///
/// Blocks that one thread makes and another frees come in runs of the same pool. They are chained here, and added to
/// the remote free list of their pool when 4 KiB of it have gathered, when another pool needs the place, and when the
/// thread opens a pool or ends. At most 64 times 4 KiB wait per thread. O(1)

#include <ouro/allocator/pool/arena.hpp>
#include <ouro/allocator/pool/pool.hpp>
#include <ouro/allocator/pool/pool_heap.hpp>
#include <ouro/allocator/pool/remote_free_list.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

class remote_free_cache {
 public:
  /// \pre the block is of another heap's pool
  void put(pool* home, void* block, std::size_t bytes) noexcept {
    place& at = places_[home->number()];
    if (at.home != home) {
      send(at);
      at.home = home;
    }
    at.first = home->link(block, at.first);
    if (at.last == nullptr) at.last = at.first;
    ++at.blocks;
    ++waiting_;
    at.bytes += bytes;
    // A private heap may end while this thread lives: its blocks must not wait here.
    const bool is_private = arena::of(block)->owner->large != nullptr;
    if (at.bytes >= most_bytes || ended_ || is_private) send(at);
  }

  OURO_ALWAYS_INLINE void send_all() noexcept {
    if (waiting_ != 0) [[unlikely]]
      send_each();
  }

  /// The thread ends: from now on each block is given back at once.
  void end() noexcept {
    ended_ = true;
    send_all();
  }

  [[nodiscard]] bool is_flushed_at_end() const noexcept { return flushed_at_end_; }
  void note_flush_at_end() noexcept { flushed_at_end_ = true; }

 private:
  static constexpr std::size_t most_bytes = 4096;  ///< of a pool

  struct place {
    pool* home;
    free_block* first;
    free_block* last;
    std::uint32_t blocks;
    std::size_t bytes;
  };

  OURO_NOINLINE void send_each() noexcept {
    for (place& at : places_) send(at);
  }

  void send(place& at) noexcept {
    if (at.blocks != 0) {
      waiting_ -= at.blocks;
      pool* const home = at.home;
      arena* const land = arena::of(home);
      land->remote_frees[home->number()].put(
          at.first, at.last, at.blocks, [&] { land->owner->add_pending(home); },
          [&](free_block* last, free_block* next) { static_cast<void>(home->link(last, next)); });
    }
    at = {};
  }

  /// By the pool's number in its arena: pools that are busy at the same time are often of the same arena.
  place places_[pool::per_arena] = {};
  std::size_t waiting_ = 0;  ///< blocks
  bool flushed_at_end_ = false;
  bool ended_ = false;
};

OURO_SHARED_STATE inline constinit thread_local remote_free_cache remote_frees{};

/// Gives back the waiting blocks when the thread ends.
struct remote_free_flush {
  remote_free_flush() noexcept = default;
  remote_free_flush(const remote_free_flush&) = delete;
  remote_free_flush& operator=(const remote_free_flush&) = delete;
  ~remote_free_flush() { remote_frees.end(); }
};

/// `deallocate` of a block of another heap.
OURO_SHARED_STATE OURO_NOINLINE inline void deallocate_remote(void* block, std::size_t bytes) noexcept {
  if (!remote_frees.is_flushed_at_end()) [[unlikely]] {
    static thread_local const remote_free_flush at_end;
    static_cast<void>(at_end);
    remote_frees.note_flush_at_end();
  }
  remote_frees.put(pool::of(block), block, bytes);
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
