#pragma once
/// \file
/// An allocator that fails when a test wants it to, and knows the blocks that it has given out.

#include <cstddef>
#include <map>
#include <new>

namespace ouro::test {

/// Fails the allocation after the next `left`, and that one only. Checks that each block comes back once, with its size
/// and alignment. One thread.
struct failing_allocator {
  static constexpr std::size_t never = static_cast<std::size_t>(-1);

  struct block {
    std::size_t bytes;
    std::size_t alignment;
  };

  static inline std::size_t left = never;
  static inline bool has_failed = false;
  static inline std::size_t limit = never;  ///< bytes that may be in use
  static inline std::size_t used = 0;       ///< bytes in use
  static inline bool is_misused = false;    ///< a block came back that is none, or with other numbers
  static inline std::map<void*, block> blocks;

  static void fail_after(std::size_t allocations) {
    left = allocations;
    has_failed = false;
  }

  [[nodiscard]] static void* allocate(std::size_t bytes, std::size_t alignment) {
    if (left != never && left-- == 0) {
      left = never;
      has_failed = true;
      return nullptr;
    }
    if (bytes > limit - used) return nullptr;
    void* const made = ::operator new(bytes, std::align_val_t{alignment});
    blocks[made] = {bytes, alignment};
    used += bytes;
    return made;
  }

  static void deallocate(void* back, std::size_t bytes, std::size_t alignment) noexcept {
    const auto found = blocks.find(back);
    if (found == blocks.end() || found->second.bytes != bytes || found->second.alignment != alignment) {
      is_misused = true;
      return;
    }
    blocks.erase(found);
    used -= bytes;
    ::operator delete(back, std::align_val_t{alignment});
  }
};

}  // namespace ouro::test
