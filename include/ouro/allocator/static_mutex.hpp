#pragma once
/// \file
/// A mutex for variables that are there before any code has run, and after all has.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <type_traits>

namespace ouro::detail {

/// What `std::mutex` is with glibc; this is it where that has a constructor and a destructor (winpthreads). (Drepper,
/// "Futexes are tricky", 2011, mutex 2.)
class waiting_mutex {
 public:
  constexpr waiting_mutex() noexcept = default;
  waiting_mutex(const waiting_mutex&) = delete;
  waiting_mutex& operator=(const waiting_mutex&) = delete;

  void lock() noexcept {
    std::uint32_t seen = free;
    if (state_.compare_exchange_strong(seen, held, std::memory_order_acquire)) return;
    while (state_.exchange(waited_for, std::memory_order_acquire) != free) {
      state_.wait(waited_for, std::memory_order_relaxed);
    }
  }

  void unlock() noexcept {
    if (state_.exchange(free, std::memory_order_release) == waited_for) state_.notify_one();
  }

 private:
  static constexpr std::uint32_t free = 0;
  static constexpr std::uint32_t held = 1;
  static constexpr std::uint32_t waited_for = 2;  ///< held, and perhaps somebody waits

  std::atomic<std::uint32_t> state_{free};
};

/// Where `std::mutex` needs no code to end, it needs none to begin: `constinit`, where the variables are, has the last
/// word. (Asking whether it is a constant expression makes g++ 12 say no, unless somebody has asked before.)
using static_mutex = std::conditional_t<std::is_trivially_destructible_v<std::mutex>, std::mutex, waiting_mutex>;

}  // namespace ouro::detail
