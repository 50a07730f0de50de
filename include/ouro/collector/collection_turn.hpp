#pragma once
/// \file
/// Whether a collector is collecting, and which thread does it.

#include <ouro/base/static_mutex.hpp>
#include <ouro/config.hpp>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Of a collector that one thread uses.
class local_turn {
 public:
  /// False when a collection is running.
  [[nodiscard]] bool try_begin() noexcept { return is_taken_ ? false : (is_taken_ = true); }
  void end() noexcept { is_taken_ = false; }

 private:
  bool is_taken_ = false;
};

/// Of a collector that all threads share. One of them collects at a time.
class shared_turn {
 public:
  /// False when a collection is running, on this thread or another one.
  [[nodiscard]] bool try_begin() noexcept {
    if (!mutex_.try_lock()) return false;
    mutex_.note_holder();
    return true;
  }

  /// \pre `try_begin` has returned true on this thread
  void end() noexcept {
    mutex_.forget_holder();
    mutex_.unlock();
    known_at_fork.let_forks_pass();
  }

 private:
  static_mutex mutex_;  ///< held by the thread that collects: a fork waits for its end
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
