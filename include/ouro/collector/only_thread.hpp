#pragma once
/// \file
/// Whether the process has one thread, so that no other can use shared objects.

#include <ouro/config.hpp>

#include <cstdio>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Whether the system says that the calling thread is the only one of the process. Threads that have ended do not count
/// against it; one that has just been joined may, for some microseconds. Linux says so in /proc; false where no system
/// does. Takes tens of microseconds, allocates, and never throws.
///
/// A counter of the threads that have used the library would not do: a thread that was handed a pointer can follow and
/// change the pointers behind it, and no such function counts threads.
[[nodiscard]] OURO_NOINLINE inline bool is_only_thread() noexcept {
  std::FILE* const status = std::fopen("/proc/self/status", "r");
  if (status == nullptr) return false;
  int threads = 0;
  char line[128];
  while (std::fgets(line, sizeof line, status) != nullptr) {
    static_cast<void>(std::sscanf(line, "Threads: %d", &threads));  // writes nothing for other lines
  }
  static_cast<void>(std::fclose(status));
  return threads == 1;
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
