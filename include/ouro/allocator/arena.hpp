#pragma once
/// \file
/// An arena: 2 MiB from the system, cut into pools. It goes back to the system when every pool in it is spare.

#include <ouro/allocator/pool.hpp>
#include <ouro/allocator/system_memory.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>
#include <new>

namespace ouro::detail {

struct arena {
  static constexpr std::uint32_t pools = 64;
  static constexpr std::size_t bytes = pools * pool::bytes;

  std::byte* base;         ///< the first pool
  pool* returned;          ///< spare pools that have been open before
  std::uint32_t unopened;  ///< pools [pools - unopened, pools) were never open: their pages are not in memory
  std::uint32_t spare;     ///< |returned| + unopened
  arena* next;             ///< in the heap's list of arenas with as many spare pools
  arena* previous;

  /// A new arena with every pool spare; null when the system has no memory. `huge`: on one huge page if there is one.
  [[nodiscard]] static arena* map(bool huge) noexcept {
    void* const memory = ::operator new(sizeof(arena), std::nothrow);
    if (memory == nullptr) return nullptr;
    void* const pages = map_pages(bytes, bytes);
    if (pages == nullptr) {
      ::operator delete(memory);
      return nullptr;
    }
    if (huge) advise_huge(pages, bytes);
    add_leak_root(pages, bytes);
    return ::new (memory) arena{static_cast<std::byte*>(pages), nullptr, pools, pools, nullptr, nullptr};
  }

  /// Back to the system. \pre `is_empty()`, and the arena is on no list
  static void unmap(arena* gone) noexcept {
    unpoison(gone->base, bytes);
    remove_leak_root(gone->base, bytes);
    unmap_pages(gone->base, bytes, bytes);
    ::operator delete(gone);
  }

  [[nodiscard]] bool is_empty() const noexcept { return spare == pools; }

  /// \pre `spare > 0`
  [[nodiscard]] pool* take() noexcept {
    --spare;
    if (pool* const again = returned; again != nullptr) {
      returned = again->next;
      return again;
    }
    std::byte* const at = base + (pools - unopened) * pool::bytes;
    --unopened;
    auto* const first = ::new (static_cast<void*>(at)) pool{};
    poison(at + sizeof(pool), pool::bytes - sizeof(pool));
    first->home = this;
    return first;
  }

  /// \pre the pool came from `take`, none of its blocks is used, and it is not linked
  void put(pool* back) noexcept {
    back->next = returned;
    returned = back;
    ++spare;
  }
};

}  // namespace ouro::detail
