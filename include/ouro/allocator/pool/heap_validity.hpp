#pragma once
/// \file
/// Checks a pool heap against its invariants: what `mi_page_is_valid` is in mimalloc. For check level 2 and for tests.

#include <ouro/allocator/pool/arena.hpp>
#include <ouro/allocator/pool/pool.hpp>
#include <ouro/allocator/pool/pool_heap.hpp>
#include <ouro/allocator/pool/size_class.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The number of blocks in a chain, all of which begin a block of the pool in front of its untouched ones; more than
/// the pool has if one of them does not, or the chain is a ring.
[[nodiscard]] inline std::size_t blocks_in_chain(const pool& of, const free_block* chain) noexcept {
  const std::size_t capacity = arena::capacity_of(of);
  const std::byte* const first = arena::blocks_of(&of);
  std::size_t found = 0;
  for (; chain != nullptr; chain = pool::after(chain)) {
    const auto* const block = reinterpret_cast<const std::byte*>(chain);
    if (block < first || block >= of.untouched || static_cast<std::size_t>(block - first) % of.block_size != 0)
      return capacity + 1;
    if (++found > capacity) return found;
  }
  return found;
}

/// Whether a pool that is not empty is as pool.hpp says. O(blocks)
[[nodiscard]] inline bool is_valid(const pool& at) noexcept {
  if (at.index >= size_class::count || at.block_size != size_class::bytes(at.index)) return false;
  const std::byte* const first = arena::blocks_of(&at);
  if (at.untouched < first || at.untouched > at.begin() + pool::bytes) return false;
  if (static_cast<std::size_t>(at.untouched - first) % at.block_size != 0) return false;
  const std::size_t freed = blocks_in_chain(at, at.freed);
  const std::size_t quarantined = blocks_in_chain(at, at.quarantine);
  const std::size_t untouched = at.untouched_bytes() / at.block_size;
  if (at.used() + freed + quarantined + untouched != arena::capacity_of(at)) return false;
  if (at.linked) return at.used_when_full == 0;
  return freed + quarantined + untouched == 0 && at.frees_until_check == 1;
}

/// Whether the list is a chain of valid linked pools of one class. Counts them.
[[nodiscard]] inline bool is_valid(const pool_heap::class_list& list, std::uint32_t index, bool heap_walkable,
                                   std::size_t& pools) noexcept {
  const pool* previous = nullptr;
  for (const pool* at = list.head; at != &no_pool; at = at->next) {
    if (!at->linked || at->previous != previous || at->index != index || at->heap_walkable != heap_walkable)
      return false;
    ++pools;
    previous = at;
  }
  if (list.tail != previous) return false;
  return list.retained == nullptr || (list.retained->retain_when_empty && list.retained->index == index &&
                                      list.retained->heap_walkable == heap_walkable);
}

/// Whether the heap is as pool_heap.hpp says, and each of its pools as pool.hpp does. O(blocks). \pre the calling
/// thread owns the heap
inline bool pool_heap::is_valid() const noexcept {
  std::size_t arenas_seen = 0;
  std::size_t empty_seen = 0;
  for (std::uint32_t empty = 0; empty <= arena::pools; ++empty) {
    const bool has_arenas = with_empty[empty] != nullptr;
    if (empty != 0 && has_arenas != ((empty_counts >> (empty - 1) & 1) != 0)) return false;
    const arena* previous = nullptr;
    for (const arena* at = with_empty[empty]; at != nullptr; at = at->next) {
      if (at->owner != this || at->previous != previous || at->empty_pools != empty) return false;
      previous = at;
      ++arenas_seen;
      empty_seen += at->is_empty() ? 1 : 0;
    }
  }
  std::size_t linked_pools = 0;
  std::size_t retained = 0;
  for (std::uint32_t index = 0; index != size_class::count; ++index) {
    if (!detail::is_valid(linked[index], index, false, linked_pools)) return false;
    if (!detail::is_valid(linked_walkable[index], index, true, linked_pools)) return false;
    retained += (linked[index].retained != nullptr ? 1 : 0) + (linked_walkable[index].retained != nullptr ? 1 : 0);
  }
  std::size_t pools_seen = 0;
  bool are_valid = true;
  each_pool([&](const pool& at) {
    ++pools_seen;
    linked_pools -= at.linked ? 1 : 0;
    retained -= at.retain_when_empty ? 1 : 0;
    are_valid = are_valid && detail::is_valid(at);
  });
  return are_valid && arenas_seen == arenas && empty_seen == empty_arenas && pools_seen == pools && linked_pools == 0 &&
         retained == 0;
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
