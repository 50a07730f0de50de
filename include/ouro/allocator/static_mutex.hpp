#pragma once
/// \file
/// Mutexes for variables that are there before any code has run, and after all has.
///
/// `std::mutex` would do with glibc, but has a constructor and a destructor elsewhere (winpthreads), and its header
/// takes longer to compile than most of the library.

#include <ouro/config.hpp>

#include <atomic>
#include <cstdint>

namespace ouro::detail {

/// Constant-initialised, and without a destructor. (Drepper, "Futexes are tricky", 2011, mutex 2.)
class static_mutex {
 public:
  constexpr static_mutex() noexcept = default;
  static_mutex(const static_mutex&) = delete;
  static_mutex& operator=(const static_mutex&) = delete;

  void lock() noexcept {
    std::uint32_t seen = free;
    if (state_.compare_exchange_strong(seen, held, std::memory_order_acquire)) return;
    while (state_.exchange(waited_for, std::memory_order_acquire) != free) {
      state_.wait(waited_for, std::memory_order_relaxed);
    }
  }

  /// False, and nothing has changed, when it is held.
  [[nodiscard]] bool try_lock() noexcept {
    std::uint32_t seen = free;
    return state_.compare_exchange_strong(seen, held, std::memory_order_acquire, std::memory_order_relaxed);
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

/// Its address tells threads apart.
OURO_SHARED_STATE inline constinit thread_local char this_thread = 0;

/// The same for one thread any number of times.
class recursive_mutex {
 public:
  constexpr recursive_mutex() noexcept = default;
  recursive_mutex(const recursive_mutex&) = delete;
  recursive_mutex& operator=(const recursive_mutex&) = delete;

  void lock() noexcept {
    // relaxed: who finds itself there wrote it, and all others find somebody else.
    if (owner_.load(std::memory_order_relaxed) != &this_thread) {
      mutex_.lock();
      owner_.store(&this_thread, std::memory_order_relaxed);
    }
    ++depth_;
  }

  void unlock() noexcept {
    if (--depth_ != 0) return;
    owner_.store(nullptr, std::memory_order_relaxed);
    mutex_.unlock();
  }

 private:
  static_mutex mutex_;
  std::atomic<const char*> owner_{nullptr};
  std::uint32_t depth_ = 0;  ///< guarded by `mutex_`
};

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
