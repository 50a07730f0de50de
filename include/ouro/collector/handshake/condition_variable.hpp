#pragma once
/// \file
/// A condition variable that lets collections pass while threads wait for it.

#include <ouro/collector/handshake/mutex.hpp>
#include <ouro/collector/handshake/thread_scope.hpp>
#include <ouro/config.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// `std::condition_variable` for locks of `ouro::mutex`: a thread that waits counts as `blocking`. Predicates are
/// called outside of that, with the lock held, and may use shared objects.
class condition_variable {
 public:
  condition_variable() = default;
  condition_variable(const condition_variable&) = delete;
  condition_variable& operator=(const condition_variable&) = delete;

  void notify_one() noexcept { native_.notify_one(); }
  void notify_all() noexcept { native_.notify_all(); }

  /// \pre the calling thread holds the lock
  void wait(std::unique_lock<mutex>& lock) {
    wait_natively(lock, [this](auto& native) { native_.wait(native); });
  }
  template <class Predicate>
  void wait(std::unique_lock<mutex>& lock, Predicate predicate) {
    while (!predicate()) wait(lock);
  }

  template <class Clock, class Duration>
  std::cv_status wait_until(std::unique_lock<mutex>& lock, const std::chrono::time_point<Clock, Duration>& time) {
    std::cv_status status = std::cv_status::no_timeout;
    wait_natively(lock, [&](auto& native) { status = native_.wait_until(native, time); });
    return status;
  }
  /// Returns what the predicate says in the end.
  template <class Clock, class Duration, class Predicate>
  bool wait_until(std::unique_lock<mutex>& lock, const std::chrono::time_point<Clock, Duration>& time,
                  Predicate predicate) {
    while (!predicate()) {
      if (wait_until(lock, time) == std::cv_status::timeout) return predicate();
    }
    return true;
  }

  template <class Rep, class Period>
  std::cv_status wait_for(std::unique_lock<mutex>& lock, const std::chrono::duration<Rep, Period>& time) {
    return wait_until(lock, std::chrono::steady_clock::now() + time);
  }
  template <class Rep, class Period, class Predicate>
  bool wait_for(std::unique_lock<mutex>& lock, const std::chrono::duration<Rep, Period>& time, Predicate predicate) {
    return wait_until(lock, std::chrono::steady_clock::now() + time, std::move(predicate));
  }

 private:
  /// A lock that goes back to its owner, locked, also where a clock throws.
  struct borrowed_lock {
    std::unique_lock<std::mutex> native;
    ~borrowed_lock() { native.release(); }
  };

  template <class Wait>
  static void wait_natively(std::unique_lock<mutex>& lock, Wait wait) {
    const blocking waits;
    borrowed_lock borrowed{{lock.mutex()->native_, std::adopt_lock}};
    wait(borrowed.native);
  }

  std::condition_variable native_;
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
