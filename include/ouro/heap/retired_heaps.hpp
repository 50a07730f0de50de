#pragma once
/// \file
/// Private heaps that have ended, and whose memory is still in use by objects that left them in islands.

#include <ouro/base/static_mutex.hpp>
#include <ouro/config.hpp>
#include <ouro/heap/private_heap.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Keeps the pools of such a heap until the last of its blocks has come home. Nobody knows then which of the blocks in
/// use belong to islands: what else was left in the heap stays as long. Thread-safe.
class retired_heaps {
 public:
  /// Ends the heap's memory now if none of it can belong to an island, and later otherwise.
  /// \pre `close` has been called, and the heap was left
  void retire(std::unique_ptr<private_heap> ended) noexcept {
    sweep();
    if (!ended->may_outlive_itself()) return;
    const lock_guard lock{mutex_};
    ended->next_retired = first_;
    first_ = ended.release();
    has_some_.store(true, std::memory_order_relaxed);
  }

  /// Ends the memory of the heaps whose blocks have all come home. One load if no heap waits; otherwise O(waiting
  /// heaps), and O(arenas) for each. Called when a private heap is made or ends, so that no more memory waits than was
  /// in use then.
  void sweep() noexcept {
    if (!has_some_.load(std::memory_order_relaxed)) return;
    const lock_guard lock{mutex_};
    for (private_heap** at = &first_; *at != nullptr;) {
      private_heap* const each = *at;
      if (each->may_outlive_itself()) {
        at = &each->next_retired;
      } else {
        *at = each->next_retired;
        delete each;
      }
    }
    has_some_.store(first_ != nullptr, std::memory_order_relaxed);
  }

  /// How many heaps wait. O(these)
  [[nodiscard]] std::size_t size() noexcept {
    const lock_guard lock{mutex_};
    std::size_t heaps = 0;
    for (const private_heap* at = first_; at != nullptr; at = at->next_retired) ++heaps;
    return heaps;
  }

 private:
  static_mutex mutex_;
  private_heap* first_ = nullptr;  ///< linked by `next_retired`
  std::atomic<bool> has_some_{false};
};

OURO_SHARED_STATE inline constinit retired_heaps ended_with_islands{};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
