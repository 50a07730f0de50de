#pragma once
/// \file
/// Tells heaps apart: by a number, and by a tag of 5 bits that fits into a header, so that a checked build notices
/// objects used by a thread that does not own them, or outside their private heap.

#include <ouro/base/heap_local.hpp>
#include <ouro/config.hpp>

#include <atomic>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

OURO_SHARED_STATE inline constinit std::atomic<std::uint64_t> heap_numbers_given{0};
/// That of the current heap; 0: not yet given.
struct OURO_SHARED_TYPE heap_number {
  std::uint64_t value = 0;
  std::uint32_t tag = 0;  ///< \see owner_tag

  [[nodiscard]] static heap_number& of_thread() noexcept;
};

/// Not a static member: clang defines the function that finds a thread-local member in each object file for macOS if
/// the class is not a template and declares the member before it is known to be inline. Such files do not link.
OURO_SHARED_STATE inline constinit thread_local heap_number local_heap_number{};

inline heap_number& heap_number::of_thread() noexcept { return local_heap_number; }

/// The tag of objects that no heap owns: those of an island on its way.
inline constexpr std::uint32_t no_owner_tag = 31;

/// 1 and above. No two heaps have the same.
[[nodiscard]] inline std::uint64_t current_heap_number() noexcept {
  heap_number& number = heap_number::of_thread();
  if (number.value == 0) {
    // A private heap has room for it from the beginning.
    static_cast<void>(register_heap_local(heap_local_of<heap_number>::variable));
    number.value = heap_numbers_given.fetch_add(1, std::memory_order_relaxed) + 1;
    number.tag = static_cast<std::uint32_t>((number.value - 1) % (no_owner_tag - 1) + 1);
  }
  return number.value;
}

/// 1 to 30. Two heaps share one when 30 others began between them: the tag may fail to tell them apart, it never
/// accuses wrongly.
[[nodiscard]] inline std::uint32_t owner_tag() noexcept {
  const std::uint32_t known = heap_number::of_thread().tag;
  if (known != 0) [[likely]]
    return known;
  static_cast<void>(current_heap_number());
  return heap_number::of_thread().tag;
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
