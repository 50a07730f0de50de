#pragma once
// Whether memory has gone back to the system, where that is POSIX.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace ouro::test {

/// Whether the page of the address is mapped. `mincore` says so, too, but not with the same types everywhere.
inline bool is_mapped(const void* at) {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  auto* const begin = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(at) & ~(std::uintptr_t{page} - 1));
  return ::msync(begin, page, MS_ASYNC) == 0;
}

}  // namespace ouro::test
