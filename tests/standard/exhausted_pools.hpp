#pragma once
/// \file
/// A pool allocator that finds no memory.

#include <ouro/allocator/pool/large_blocks.hpp>
#include <ouro/allocator/pool/pool_allocator.hpp>
#include <ouro/allocator/pool/pool_heap.hpp>
#include <ouro/allocator/pool/thread_heap.hpp>

#include <cstddef>
#include <vector>

namespace ouro::test::standard {

/// While one lives, the pools of this thread have no block of up to 512 bytes left, and get no memory for others.
/// Garbage of `Memory` is collected before: a request that fails would collect it, and then succeed.
template <class Memory>
class exhausted_pools {
 public:
  exhausted_pools() : heap_{*detail::heap_of_this_thread()}, large_{heap_.large}, limit_{heap_.limit} {
    Memory::gc::collect();
    heap_.large = &none_;  // without it, the limit does not hold
    heap_.limit = 0;
    for (std::size_t bytes = pool_allocator::block_spacing; bytes <= 512; bytes += pool_allocator::block_spacing) {
      while (void* const made = pool_allocator::allocate(bytes, pool_allocator::block_spacing)) {
        taken_.push_back({made, bytes});
      }
      while (void* const made = pool_allocator::allocate_walkable(bytes, pool_allocator::block_spacing)) {
        taken_.push_back({made, bytes});
      }
    }
  }
  exhausted_pools(const exhausted_pools&) = delete;
  exhausted_pools& operator=(const exhausted_pools&) = delete;
  ~exhausted_pools() {
    heap_.limit = limit_;
    heap_.large = large_;
    for (const block& each : taken_) pool_allocator::deallocate(each.at, each.bytes, pool_allocator::block_spacing);
  }

 private:
  struct block {
    void* at;
    std::size_t bytes;
  };

  detail::pool_heap& heap_;
  detail::large_blocks* large_;
  std::size_t limit_;
  detail::large_blocks none_;
  std::vector<block> taken_;
};

}  // namespace ouro::test::standard
