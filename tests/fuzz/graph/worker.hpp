#pragma once
/// \file
/// A thread of the graph fuzzer that works while another one waits for it.

#include <ouro/collector/handshake/thread_scope.hpp>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace ouro::fuzz {

/// The thread begins with its first work. It may end, and begin again.
class worker {
 public:
  worker() = default;
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;
  ~worker() { end(); }

  /// \pre the thread has nothing to do, and the work throws nothing
  void begin(std::function<void()> work) {
    const std::lock_guard lock{mutex_};
    if (!thread_.joinable()) thread_ = std::thread{[this] { serve(); }};
    work_ = std::move(work);
    changed_.notify_all();
  }

  void wait() {
    const ouro::blocking waits;
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return work_ == nullptr; });
  }

  void run(std::function<void()> work) {
    begin(std::move(work));
    wait();
  }

  [[nodiscard]] bool is_there() const noexcept { return thread_.joinable(); }

  void end() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock{mutex_};
      is_over_ = true;
      changed_.notify_all();
    }
    thread_.join();
    is_over_ = false;
  }

 private:
  void serve() {
    std::unique_lock lock{mutex_};
    for (;;) {
      {
        const ouro::blocking waits;
        changed_.wait(lock, [this] { return work_ != nullptr || is_over_; });
      }
      if (work_ == nullptr) return;
      lock.unlock();
      work_();
      lock.lock();
      work_ = nullptr;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> work_;
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace ouro::fuzz
