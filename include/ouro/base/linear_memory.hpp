#pragma once
/// \file
/// Pages from a memory that is one piece and only grows, as a WebAssembly module has it.

#include <ouro/base/plain_mutex.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Nothing can go back to the system: free ranges of pages stay on a list, in the order of their addresses, and
/// neighbours become one range. A malloc with aligned blocks would do, but would leave a gap of the same size behind
/// each arena, where it keeps the lengths of the blocks. Thread-safe; O(free ranges).
class linear_memory {
 public:
  /// Makes the memory longer by so many bytes, and returns where it ended before; null, and nothing has changed, when
  /// it cannot be as long. Others may make it longer in between.
  using lengthen_function = std::byte* (*)(std::size_t bytes);

  constexpr explicit linear_memory(lengthen_function lengthen) noexcept : lengthen_{lengthen} {}
  linear_memory(const linear_memory&) = delete;
  linear_memory& operator=(const linear_memory&) = delete;

  /// `bytes` of zeroed memory at a multiple of `alignment`; null when the memory cannot be as long.
  /// \pre `bytes` is a multiple of `alignof(std::max_align_t)`, and `alignment` a power of two
  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
    const lock_guard lock{mutex_};
    std::byte* found = take(bytes, alignment);
    if (found != nullptr) {
      std::memset(found, 0, bytes);
      return found;
    }
    // What is in front of the aligned address is free. Where another one has made the memory longer meanwhile, all is
    // free that was too short, and it is tried again.
    while (found == nullptr) {
      std::byte* const end = lengthen_(0);
      if (end == nullptr) return nullptr;
      const std::size_t gap = gap_at(end, alignment);
      if (bytes > std::numeric_limits<std::size_t>::max() - gap) return nullptr;
      std::byte* const begin = lengthen_(gap + bytes);
      if (begin == nullptr) return nullptr;
      if (begin == end) {
        put(begin, gap);
        found = begin + gap;
      } else {
        put(begin, gap + bytes);
        found = take(bytes, alignment);
      }
    }
    return found;
  }

  /// Gives back what `allocate` returned.
  void deallocate(void* pages, std::size_t bytes) noexcept {
    const lock_guard lock{mutex_};
    put(static_cast<std::byte*>(pages), bytes);
  }

  /// How many bytes are on the list, in how many ranges. O(ranges)
  struct free_pages {
    std::size_t bytes;
    std::size_t ranges;
  };
  [[nodiscard]] free_pages all_free() noexcept {
    const lock_guard lock{mutex_};
    free_pages sum{0, 0};
    for (const range* at = first_; at != nullptr; at = at->next) {
      sum.bytes += at->bytes;
      ++sum.ranges;
    }
    return sum;
  }

 private:
  /// Lies at its own beginning.
  struct range {
    range* next;
    std::size_t bytes;

    [[nodiscard]] std::byte* begin() noexcept { return reinterpret_cast<std::byte*>(this); }
    [[nodiscard]] std::byte* end() noexcept { return begin() + bytes; }
  };

  [[nodiscard]] static std::size_t gap_at(const std::byte* at, std::size_t alignment) noexcept {
    return (alignment - reinterpret_cast<std::uintptr_t>(at) % alignment) % alignment;
  }

  /// Adds a free range, and joins it to its neighbours.
  void put(std::byte* begin, std::size_t bytes) noexcept {
    if (bytes < sizeof(range)) return;
    range* before = nullptr;
    range* after = first_;
    while (after != nullptr && after->begin() < begin) {
      before = after;
      after = after->next;
    }
    if (after != nullptr && begin + bytes == after->begin()) {
      bytes += after->bytes;
      after = after->next;
    }
    if (before != nullptr && before->end() == begin) {
      before->bytes += bytes;
      before->next = after;
    } else {
      (before != nullptr ? before->next : first_) = ::new (static_cast<void*>(begin)) range{after, bytes};
    }
  }

  /// Takes the pages from the first range that has room for them, and leaves what is in front of them and behind. Null
  /// if none has.
  [[nodiscard]] std::byte* take(std::size_t bytes, std::size_t alignment) noexcept {
    for (range** place = &first_; *place != nullptr; place = &(*place)->next) {
      range& from = **place;
      const std::size_t gap = gap_at(from.begin(), alignment);
      if (gap > from.bytes || from.bytes - gap < bytes) continue;
      std::byte* const found = from.begin() + gap;
      const std::size_t behind = from.bytes - gap - bytes;
      *place = from.next;
      put(found + bytes, behind);
      put(found - gap, gap);
      return found;
    }
    return nullptr;
  }

  lengthen_function lengthen_;
  plain_mutex mutex_;
  range* first_ = nullptr;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
