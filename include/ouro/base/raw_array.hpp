#pragma once
/// \file
/// Growing arrays, for what the library keeps about objects.

#include <ouro/base/system_memory.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// A growing array of trivial elements whose growth can fail without harm. It has no destructor: its owner says when
/// its memory goes, so that it may be part of a thread's state that must outlive everything else.
///
/// From 2 MiB on it lies on huge pages: an array that is filled once and let go costs more in page faults than in
/// writes otherwise.
template <class T>
struct raw_array {
  static_assert(std::is_trivially_copyable_v<T>);

  T* items = nullptr;
  std::size_t size = 0;
  std::size_t capacity = 0;  ///< size <= capacity

  /// Room for `wanted` elements; false, and nothing has changed, when memory is exhausted.
  [[nodiscard]] bool reserve(std::size_t wanted) noexcept {
    if (wanted <= capacity) return true;
    std::size_t wider = capacity == 0 ? 256 : capacity * 2;
    if (wider < wanted) wider = wanted;
    return grow(wider);
  }

  [[nodiscard]] OURO_ALWAYS_INLINE bool push(const T& item) noexcept {
    if (size == capacity && !reserve(size + 1)) [[unlikely]]
      return false;
    items[size++] = item;
    return true;
  }

  void release() noexcept {
    free_items();
    *this = {};
  }

 private:
  static constexpr std::size_t huge_page = std::size_t{2} << 20;  ///< bytes

  [[nodiscard]] static constexpr std::size_t mapped_bytes(std::size_t elements) noexcept {
    return (elements * sizeof(T) + huge_page - 1) / huge_page * huge_page;
  }

  [[nodiscard]] static constexpr bool is_mapped(std::size_t elements) noexcept {
    return elements * sizeof(T) >= huge_page;
  }

  [[nodiscard]] OURO_NOINLINE bool grow(std::size_t wider) noexcept {
    void* grown = nullptr;
    if (is_mapped(wider)) {
      grown = map_pages(mapped_bytes(wider), huge_page);
      if (grown == nullptr) return false;
      advise_huge(grown, mapped_bytes(wider));
      if (size != 0) std::memcpy(grown, items, size * sizeof(T));
      free_items();
      wider = mapped_bytes(wider) / sizeof(T);
    } else {
      grown = std::realloc(static_cast<void*>(items), wider * sizeof(T));
      if (grown == nullptr) return false;
    }
    items = static_cast<T*>(grown);
    capacity = wider;
    return true;
  }

  void free_items() noexcept {
    if (is_mapped(capacity)) {
      unmap_pages(items, mapped_bytes(capacity), huge_page);
    } else {
      std::free(static_cast<void*>(items));
    }
  }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
