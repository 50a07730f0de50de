#pragma once
/// \file
/// Pools as a `std::pmr::memory_resource` that owns them.

#include <ouro/allocator/pool/own_pools.hpp>
#include <ouro/allocator/pool/pool.hpp>
#include <ouro/allocator/pool/pool_statistics.hpp>
#include <ouro/allocator/pool/size_class.hpp>
#include <ouro/base/throw.hpp>
#include <ouro/config.hpp>
#include <ouro/heap/adapters/upstream_blocks.hpp>

#include <cstddef>
#include <memory_resource>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// A `std::pmr::unsynchronized_pool_resource` over the pools of `pool_allocator`: size classes every 8 bytes, and
/// blocks without anything in front. `release` and the destructor free all blocks at once, whatever is in use.
///
/// The pools are the resource's own. They belong to no heap: no private heap ends them, counts them in its limit, or is
/// collected for them. Small blocks come from arenas of 2 MiB, which come from the system. Blocks that are larger than
/// `options().largest_required_pool_block`, or aligned to more than 64 bytes, come from the upstream resource.
///
/// Not thread-safe: one thread at a time may use the resource, to allocate or to deallocate. It may be another thread
/// each time, and a block may be given back by a thread that has not allocated it. Allocation and deallocation are
/// O(1). The object has about 7 KiB, and no memory besides until the first allocation.
class OURO_SHARED_TYPE pool_resource final : public std::pmr::memory_resource {
 public:
  pool_resource() noexcept : pool_resource{std::pmr::pool_options{}} {}

  /// \pre `upstream` is not null, and outlives the resource
  explicit pool_resource(std::pmr::memory_resource* upstream) noexcept
      : pool_resource{std::pmr::pool_options{}, upstream} {}

  /// The upstream resource is `std::pmr::get_default_resource()`. \see options
  explicit pool_resource(const std::pmr::pool_options& wanted) noexcept
      : pool_resource{wanted, std::pmr::get_default_resource()} {}

  /// \pre `upstream` is not null, and outlives the resource. \see options
  pool_resource(const std::pmr::pool_options& wanted, std::pmr::memory_resource* upstream) noexcept
      : largest_{largest_block(wanted.largest_required_pool_block)}, large_{upstream} {}

  pool_resource(const pool_resource&) = delete;
  pool_resource& operator=(const pool_resource&) = delete;
  ~pool_resource() override = default;

  /// Frees all blocks, whether they were given back or not: pools to the system, other blocks to the upstream resource.
  /// O(arenas + blocks from upstream)
  void release() {
    pools_.release();
    large_.release();
  }

  [[nodiscard]] std::pmr::memory_resource* upstream_resource() const noexcept { return large_.upstream(); }

  /// What the resource has made of the options that it was given. The largest block from pools is a multiple of 8, up
  /// to 1024 bytes; 1024 for 0. The number of blocks in a pool cannot be chosen: a pool has 32 KiB, and touches 1 KiB
  /// of them at a time.
  [[nodiscard]] std::pmr::pool_options options() const noexcept {
    std::pmr::pool_options made;
    made.max_blocks_per_chunk = detail::pool::bytes / detail::size_class::spacing;
    made.largest_required_pool_block = largest_;
    return made;
  }

  /// Of the pools, and of the blocks from upstream. O(pools)
  [[nodiscard]] pool_statistics statistics() const noexcept {
    pool_statistics found = pools_.statistics();
    found.large_blocks = large_.blocks();
    found.large_bytes = large_.bytes();
    return found;
  }

 private:
  [[nodiscard]] static constexpr std::size_t largest_block(std::size_t wanted) noexcept {
    using detail::size_class;
    if (wanted == 0 || wanted > size_class::largest) return size_class::largest;
    return (wanted + size_class::spacing - 1) / size_class::spacing * size_class::spacing;
  }

  [[nodiscard]] bool is_pooled(std::size_t bytes, std::size_t alignment) const noexcept {
    return bytes <= largest_ && detail::size_class::serves(bytes, alignment);
  }

  /// A block of no bytes has an address of its own.
  [[nodiscard]] static constexpr std::size_t taken(std::size_t bytes) noexcept { return bytes == 0 ? 1 : bytes; }

  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (!is_pooled(bytes, alignment)) return large_.allocate(taken(bytes), alignment);
    void* const block = pools_.allocate(taken(bytes), alignment);
    if (block == nullptr) detail::throw_bad_alloc();
    return block;
  }

  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
    if (!is_pooled(bytes, alignment)) return large_.deallocate(block, taken(bytes), alignment);
    pools_.deallocate(block, taken(bytes), alignment, "ouro::pool_resource");
  }

  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  std::size_t largest_;  ///< bytes of the largest blocks from pools
  detail::upstream_blocks large_;
  detail::own_pools pools_;
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
