#pragma once
/// \file
/// A thread of the graph fuzzer that works while another one waits for it.

#include <fuzz/graph/standing.hpp>
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

  /// The calling thread waits for the end of the work.
  void wait(standing how) {
    std::unique_lock lock{mutex_};
    stand_until(how, changed_, lock, [this] { return work_ == nullptr; });
  }

  void run(std::function<void()> work, standing how) {
    begin(std::move(work));
    wait(how);
  }

  /// How the thread waits for work. To be called by its work.
  void stand(standing how) noexcept { standing_ = how; }

  [[nodiscard]] bool is_there() const noexcept { return thread_.joinable(); }

  void end() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock{mutex_};
      is_over_ = true;
      changed_.notify_all();
    }
    {
      const ouro::blocking waits;
      thread_.join();
    }
    is_over_ = false;
    standing_ = standing::blocking;
  }

 private:
  void serve() {
    std::unique_lock lock{mutex_};
    for (;;) {
      stand_until(standing_, changed_, lock, [this] { return work_ != nullptr || is_over_; });
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
  standing standing_ = standing::blocking;  ///< the thread's own
  std::thread thread_;
};

}  // namespace ouro::fuzz
