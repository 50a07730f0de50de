#pragma once
/// \file
/// Freed blocks that an allocator does not use again for some time.

#include <ouro/base/raw_array.hpp>

#include <cstddef>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// A ring of up to `Most` blocks, the oldest first, which together have up to `MostBytes` bytes: but the block that was
/// freed last is kept whatever its size. `Block` has a member `bytes`. O(1) but for what `give_back` does. Has no
/// destructor, so that it may be part of a heap. Not thread-safe.
template <class Block, std::size_t Most, std::size_t MostBytes>
class kept_blocks {
 public:
  /// Whether `keep` has asked for memory yet.
  [[nodiscard]] bool has_room() const noexcept { return ring_.capacity != 0; }

  /// Keeps one more, and calls `give_back` with each block that must go for it. False, and nothing has changed, when
  /// memory is exhausted.
  template <class GiveBack>
  [[nodiscard]] bool keep(const Block& freed, GiveBack give_back) noexcept {
    if (!ring_.reserve(Most)) return false;
    while (count_ == Most || (count_ != 0 && bytes_ + freed.bytes > MostBytes)) give_oldest_back(give_back);
    ring_.items[(first_ + count_) % Most] = freed;
    ++count_;
    bytes_ += freed.bytes;
    return true;
  }

  /// Returns whether there were any.
  template <class GiveBack>
  bool give_all_back(GiveBack give_back) noexcept {
    const bool found = count_ != 0;
    while (count_ != 0) give_oldest_back(give_back);
    return found;
  }

  /// Frees the memory of the ring itself. \pre no block is kept
  void release() noexcept {
    ring_.release();
    *this = {};
  }

 private:
  template <class GiveBack>
  void give_oldest_back(GiveBack give_back) noexcept {
    const Block oldest = ring_.items[first_];
    first_ = (first_ + 1) % Most;
    --count_;
    bytes_ -= oldest.bytes;
    give_back(oldest);
  }

  raw_array<Block> ring_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;  ///< of all that are kept
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
