#pragma once
/// \file
/// Blocks that one `std::pmr::memory_resource` takes from another, and can give back all at once.
///
/// ```
///   ┌───────┬─────────┬──────────────────────────────────────────────┐
///   │ block │ padding │ previous │ next │ address │ bytes │ alignment │
///   └───────┴─────────┴──────────────────────────────────────────────┘
/// ```
/// The link lies behind the block, so that a strictly aligned block costs no more than others.

#include <ouro/base/throw.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <limits>
#include <memory_resource>
#include <new>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Used by one thread at a time.
class upstream_blocks {
 public:
  /// \pre `upstream` is not null, and outlives this object
  explicit upstream_blocks(std::pmr::memory_resource* upstream) noexcept : upstream_{upstream} {}
  upstream_blocks(const upstream_blocks&) = delete;
  upstream_blocks& operator=(const upstream_blocks&) = delete;
  ~upstream_blocks() { release(); }

  [[nodiscard]] std::pmr::memory_resource* upstream() const noexcept { return upstream_; }

  /// O(1). \throws std::bad_alloc if no block can be so large, and what the upstream resource throws
  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) {
    if (bytes > std::numeric_limits<std::size_t>::max() - (sizeof(link) + alignof(link))) throw_bad_alloc();
    void* const block = upstream_->allocate(whole(bytes), strictest(alignment));
    link* const made = ::new (link_place(block, bytes)) link{nullptr, first_, block, bytes, strictest(alignment)};
    if (first_ != nullptr) first_->previous = made;
    first_ = made;
    ++blocks_;
    bytes_ += bytes;
    return block;
  }

  /// O(1). \pre `allocate` has returned the block for the same request, and `release` has not been called since
  void deallocate(void* block, std::size_t bytes, std::size_t alignment) {
    const link* const at = std::launder(static_cast<link*>(link_place(block, bytes)));
    (at->previous != nullptr ? at->previous->next : first_) = at->next;
    if (at->next != nullptr) at->next->previous = at->previous;
    --blocks_;
    bytes_ -= bytes;
    upstream_->deallocate(block, whole(bytes), strictest(alignment));
  }

  /// Gives all blocks back to the upstream resource, the newest first. O(blocks)
  void release() {
    while (first_ != nullptr) {
      const link gone = *first_;
      first_ = gone.next;
      upstream_->deallocate(gone.block, whole(gone.bytes), gone.alignment);
    }
    blocks_ = bytes_ = 0;
  }

  [[nodiscard]] std::size_t blocks() const noexcept { return blocks_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  struct link {
    link* previous;
    link* next;
    void* block;
    std::size_t bytes;      ///< asked for
    std::size_t alignment;  ///< of the request to the upstream resource
  };

  [[nodiscard]] static constexpr std::size_t strictest(std::size_t alignment) noexcept {
    return alignment < alignof(link) ? alignof(link) : alignment;
  }

  /// The offset of the link.
  [[nodiscard]] static constexpr std::size_t behind(std::size_t bytes) noexcept {
    return (bytes + alignof(link) - 1) / alignof(link) * alignof(link);
  }

  [[nodiscard]] static constexpr std::size_t whole(std::size_t bytes) noexcept { return behind(bytes) + sizeof(link); }

  [[nodiscard]] static void* link_place(void* block, std::size_t bytes) noexcept {
    return static_cast<std::byte*>(block) + behind(bytes);
  }

  std::pmr::memory_resource* upstream_;
  link* first_ = nullptr;
  std::size_t blocks_ = 0;
  std::size_t bytes_ = 0;  ///< asked for
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
