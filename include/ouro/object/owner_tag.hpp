#pragma once
/// \file
/// Tells heaps apart in 5 bits of a header, so that a checked build notices objects used by a thread that does not own
/// them, or outside their private heap.

#include <ouro/allocator/heap_part.hpp>
#include <ouro/config.hpp>

#include <atomic>
#include <cstdint>

namespace ouro::detail {

OURO_SHARED_STATE inline constinit std::atomic<std::uint32_t> owner_tags_given{0};
/// That of the current heap; 0: not yet given.
struct OURO_SHARED_TYPE heap_tag {
  std::uint32_t value = 0;

  [[nodiscard]] static heap_tag& of_thread() noexcept { return local_; }

 private:
  OURO_SHARED_STATE static constinit thread_local heap_tag local_;
};

constinit inline thread_local heap_tag heap_tag::local_{};

/// 1 to 31. Two heaps share one when 31 others began between them: the check may miss, it never accuses wrongly.
[[nodiscard]] inline std::uint32_t owner_tag() noexcept {
  heap_tag& tag = heap_tag::of_thread();
  if (tag.value == 0) {
    // A private heap has room for it from the beginning.
    static_cast<void>(attach(heap_part_of<heap_tag>::part));
    tag.value = owner_tags_given.fetch_add(1, std::memory_order_relaxed) % 31 + 1;
  }
  return tag.value;
}

}  // namespace ouro::detail
