#pragma once
/// \file
/// A mutex for variables that are there before any code has run, and after all has; and what goes with mutexes.
///
/// `std::mutex` would do with glibc, but has a constructor and a destructor elsewhere (winpthreads), and its header
/// takes longer to compile than most of the library.

#include <ouro/config.hpp>

#include <atomic>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Constant-initialised, and without a destructor. (Drepper, "Futexes are tricky", 2011, mutex 2.)
class plain_mutex {
 public:
  constexpr plain_mutex() noexcept = default;
  plain_mutex(const plain_mutex&) = delete;
  plain_mutex& operator=(const plain_mutex&) = delete;

  void lock() noexcept {
    std::uint32_t seen = free;
    if (!try_lock(seen)) wait();
  }

  void unlock() noexcept {
    if (state_.exchange(free, std::memory_order_release) == waited_for) state_.notify_one();
  }

 protected:
  constexpr explicit plain_mutex(std::uint32_t state) noexcept : state_{state} {}

  /// Null, so that a variable with such a mutex takes no room in a program's file.
  static constexpr std::uint32_t never_used = 0;
  static constexpr std::uint32_t free = 1;
  static constexpr std::uint32_t held = 2;
  static constexpr std::uint32_t waited_for = 3;  ///< held, and perhaps a thread waits

  /// False, and nothing has changed, when the state is not free; `seen` is the state then. \pre `seen` is `free`
  [[nodiscard]] bool try_lock(std::uint32_t& seen) noexcept {
    return state_.compare_exchange_strong(seen, held, std::memory_order_acquire, std::memory_order_relaxed);
  }

  /// Takes it when it is free. \pre it has been used before
  void wait() noexcept {
    while (state_.exchange(waited_for, std::memory_order_acquire) != free) {
      state_.wait(waited_for, std::memory_order_relaxed);
    }
  }

  std::atomic<std::uint32_t> state_{free};
};

/// Its address tells threads apart.
OURO_SHARED_STATE inline constinit thread_local char this_thread = 0;

/// Stands in for a mutex where one thread uses the objects.
struct no_mutex {
  void lock() noexcept {}
  void unlock() noexcept {}
};

/// `std::lock_guard`, without its header.
template <class Mutex>
class [[nodiscard]] lock_guard {
 public:
  explicit lock_guard(Mutex& mutex) : mutex_{mutex} { mutex_.lock(); }
  lock_guard(const lock_guard&) = delete;
  lock_guard& operator=(const lock_guard&) = delete;
  ~lock_guard() { mutex_.unlock(); }

 private:
  Mutex& mutex_;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
