#pragma once
/// \file
/// How long collections take and wait.

#include <ouro/config.hpp>

#include <cstdint>

#if OURO_HAS_CLOCK_GETTIME
#include <time.h>
#else
#include <chrono>
#endif

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Nanoseconds since some moment, and never fewer than before.
[[nodiscard]] inline std::uint64_t steady_nanoseconds() noexcept {
#if OURO_HAS_CLOCK_GETTIME
  // <chrono> says the same, and takes longer to compile than all else of a collector.
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(now.tv_nsec);
#else
  using std::chrono::steady_clock;
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(steady_clock::now().time_since_epoch()).count());
#endif
}

/// Leaves the processor to others for at least so many nanoseconds, less than a second. Where the system has no such
/// function, lets others run once.
inline void sleep_nanoseconds(long nanoseconds) noexcept {
#if OURO_HAS_CLOCK_GETTIME
  const timespec wanted{0, nanoseconds};
  static_cast<void>(::nanosleep(&wanted, nullptr));
#else
  static_cast<void>(nanoseconds);
  yield_to_others();
#endif
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
