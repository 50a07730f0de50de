#pragma once
/// \file
/// Whole pages from the operating system, and back to it. `operator delete` would not do: a malloc keeps what it was
/// given for itself.

#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>
#include <new>

#if OURO_HAS_LINEAR_MEMORY
#include <ouro/base/linear_memory.hpp>

#include <limits>
#endif

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

#if OURO_HAS_LINEAR_MEMORY
/// \see linear_memory::lengthen_function
[[nodiscard]] inline std::byte* lengthen_linear_memory(std::size_t bytes) noexcept {
  if (bytes > static_cast<std::size_t>(std::numeric_limits<std::intptr_t>::max())) return nullptr;
  void* const end = ::sbrk(static_cast<std::intptr_t>(bytes));
  return end == reinterpret_cast<void*>(std::intptr_t{-1}) ? nullptr : static_cast<std::byte*>(end);
}

OURO_SHARED_STATE inline constinit linear_memory memory_of_module{&lengthen_linear_memory};
#endif

/// `bytes` of zeroed memory at a multiple of `alignment`; null when the system has no more. Both are multiples of the
/// system's page size. Thread-safe; a system call.
[[nodiscard]] inline void* map_pages(std::size_t bytes, std::size_t alignment) noexcept {
#if OURO_HAS_MMAP
  // Maps too much and cuts both ends off, since mmap promises no more than the alignment of a page.
  const std::size_t span = bytes + alignment;
  void* const raw = ::mmap(nullptr, span, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (raw == MAP_FAILED) return nullptr;
  const auto begin = reinterpret_cast<std::uintptr_t>(raw);
  const std::uintptr_t aligned = (begin + alignment - 1) & ~(alignment - 1);
  if (aligned != begin) ::munmap(raw, aligned - begin);
  ::munmap(reinterpret_cast<void*>(aligned + bytes), begin + span - (aligned + bytes));
  return reinterpret_cast<void*>(aligned);
#elif OURO_HAS_LINEAR_MEMORY
  return memory_of_module.allocate(bytes, alignment);
#else
  return ::operator new(bytes, std::align_val_t{alignment}, std::nothrow);
#endif
}

/// Gives back what `map_pages(bytes, alignment)` returned.
inline void unmap_pages(void* pages, [[maybe_unused]] std::size_t bytes,
                        [[maybe_unused]] std::size_t alignment) noexcept {
#if OURO_HAS_MMAP
  ::munmap(pages, bytes);
#elif OURO_HAS_LINEAR_MEMORY
  memory_of_module.deallocate(pages, bytes);
#else
  ::operator delete(pages, std::align_val_t{alignment});
#endif
}

/// Asks for huge pages behind the memory, at multiples of 2 MiB: the system then clears it in one go, which costs an
/// eighth of 512 page faults, and fewer addresses miss the TLB.
inline void advise_huge([[maybe_unused]] void* pages, [[maybe_unused]] std::size_t bytes) noexcept {
#if OURO_HAS_HUGE_PAGES
  static_cast<void>(::madvise(pages, bytes, MADV_HUGEPAGE));
#endif
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
