#pragma once
// Whether memory has gone back to the system, where that is POSIX.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace ouro::test {

/// Whether the page of the address is mapped.
inline bool is_mapped(const void* at) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  auto* const begin = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(at) & ~(std::uintptr_t{page} - 1));
#if defined(__linux__)
  // qemu-arm keeps the program's address space to itself, and so msync would say yes of all of it.
  unsigned char is_resident = 0;
  return ::mincore(begin, page, &is_resident) == 0;
#else
  return ::msync(begin, page, MS_ASYNC) == 0;  // mincore has not the same types everywhere
#endif
}

}  // namespace ouro::test
