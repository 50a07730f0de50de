#pragma once
/// \file
/// The old objects that no table lists, because they lie in pools that can be walked.

#include <ouro/allocator/pool/pool_heap.hpp>
#include <ouro/allocator/pool/pool_walk.hpp>
#include <ouro/object/header.hpp>

#include <cstddef>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Of the calling thread's heap. O(objects in walked pools)
template <class RefcountPolicy>
struct walkable_pools {
  using header_type = header<RefcountPolicy>;

  /// No fewer than there are. O(pools)
  [[nodiscard]] static std::size_t most() noexcept { return walkable_blocks(*current_pool_heap); }

  /// Calls `see` with each tracked one that is whole. `see` must neither make nor drop objects.
  template <class See>
  static void each(See see) {
    constexpr std::uint32_t asked = info_word::buffered | info_word::tracked | info_word::unborn | info_word::dead |
                                    info_word::gray | info_word::heap_walkable | info_word::old;
    constexpr std::uint32_t wanted = info_word::tracked | info_word::heap_walkable | info_word::old;
    walk_pools(*current_pool_heap, [&](void* block) {
      auto& object = *static_cast<header_type*>(block);
      // An object that waits for its destruction has no pointers (destruction_queue.hpp).
      if ((object.load_info() & asked) == wanted && object.load_count() != count_word::none) see(object);
    });
  }

  /// Those that are not frozen.
  [[nodiscard]] static std::size_t count() noexcept {
    std::size_t found = 0;
    each([&found](const header_type& object) {
      if ((object.load_info() & info_word::frozen) == 0) ++found;
    });
    return found;
  }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
