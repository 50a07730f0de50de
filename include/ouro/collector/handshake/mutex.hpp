#pragma once
/// \file
/// A mutex that lets collections pass while a thread waits for it.

#include <ouro/collector/handshake/thread_scope.hpp>
#include <ouro/config.hpp>

#include <mutex>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// `std::mutex`, except that a thread which has to wait for it counts as `blocking` meanwhile: so a collection need not
/// wait for a thread that waits for another one, which stands already. For `std::lock_guard`, `std::unique_lock`,
/// `std::scoped_lock` and `ouro::condition_variable`.
class mutex {
 public:
  mutex() noexcept = default;
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;

  /// \pre the calling thread does not hold it \throws std::system_error as `std::mutex` does
  void lock() {
    if (native_.try_lock()) return;
    const blocking waits;
    native_.lock();
  }
  [[nodiscard]] bool try_lock() { return native_.try_lock(); }
  void unlock() { native_.unlock(); }

 private:
  friend class condition_variable;
  std::mutex native_;
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
