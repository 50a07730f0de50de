#pragma once
/// \file
/// Mutexes that a `fork` takes before it copies the process.
///
/// So no other thread is at work on what they guard, and the child finds it whole and can use it. The thread that forks
/// waits for one mutex only while it holds no other: no order of mutexes is needed. Before the child gives them back,
/// it repairs what threads without a mutex may have left unfinished (`fork_repair`).
///
/// What other threads had is lost to the child: the objects that only their stacks point to, and their pools, which
/// they may have left in any state. Blocks in these can be freed in the child, but are not used again, so that the loss
/// does not grow. A private heap that another thread was in can not be entered.

#include <ouro/base/elf_modules.hpp>
#include <ouro/base/plain_mutex.hpp>
#include <ouro/config.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Constant-initialised, and without a destructor. Becomes known to `fork` when it is first used, and stays so: it must
/// never end.
class static_mutex : plain_mutex {
 public:
  constexpr static_mutex() noexcept : plain_mutex{never_used} {}

  void lock() noexcept {
    std::uint32_t seen = free;
    if (!plain_mutex::try_lock(seen)) lock_rarely(seen);
  }

  /// False, and nothing has changed, when it is held.
  [[nodiscard]] bool try_lock() noexcept {
    std::uint32_t seen = free;
    if (plain_mutex::try_lock(seen)) return true;
    if (seen != never_used) return false;
    become_known();
    return plain_mutex::try_lock(seen = free);
  }

  using plain_mutex::unlock;

  /// For a thread that may fork, or ask for the mutex again, while it holds it. \pre the calling thread holds it
  void note_holder() noexcept { holder_.store(&this_thread, std::memory_order_relaxed); }
  void forget_holder() noexcept { holder_.store(nullptr, std::memory_order_relaxed); }

  /// Whether the calling thread holds it, and was noted.
  [[nodiscard]] bool is_held_here() const noexcept {
    // relaxed: a thread that reads its own name has written it, and all others read another name, or none.
    return holder_.load(std::memory_order_relaxed) == &this_thread;
  }

  /// Whether another thread holds it, and was noted.
  [[nodiscard]] bool is_held_elsewhere() const noexcept {
    const char* const holder = holder_.load(std::memory_order_relaxed);
    return holder != nullptr && holder != &this_thread;
  }

 private:
  friend class fork_list;

  OURO_NOINLINE void lock_rarely(std::uint32_t seen) noexcept {
    if (seen == never_used) become_known();
    wait();
  }

  OURO_OWN_CODE void become_known() noexcept;

  static_mutex* next_ = nullptr;  ///< known before this one
  std::atomic<const char*> holder_{nullptr};
};

/// What a child does where threads that it has not got may have left something unfinished, or owned something. One a
/// variable, constant-initialised.
struct fork_repair {
  void (*run)() noexcept;  ///< called while the process has one thread, which holds all mutexes; runs no user code
  fork_repair* next = nullptr;
  std::atomic<bool> is_known{false};

  /// Before there is anything to repair.
  void become_known() noexcept;
};

/// All mutexes that were ever used, and all repairs.
class fork_list {
 public:
  OURO_OWN_CODE void add(static_mutex& mutex) noexcept {
    prepare_for(&mutex);
    const lock_guard lock{mutex_};
    if (mutex.state_.load(std::memory_order_relaxed) != static_mutex::never_used) return;
    install();
    mutex.next_ = first_;
    first_ = &mutex;
    mutex.state_.store(static_mutex::free, std::memory_order_release);
  }

  /// For a thread that has held a mutex for long, and may take it again at once. Never waits for long.
  void let_forks_pass() const noexcept {
    for (int i = 0; i != 100 && is_waiting_.load(std::memory_order_relaxed); ++i) yield_to_others();
  }

  OURO_OWN_CODE void add(fork_repair& repair) noexcept {
    prepare_for(&repair);
    const lock_guard lock{mutex_};
    if (repair.is_known.load(std::memory_order_relaxed)) return;
    install();
    repair.next = first_repair_;
    first_repair_ = &repair;
    repair.is_known.store(true, std::memory_order_release);
  }

 private:
  /// What the system calls must stay, and be called with variables that stay. Not with the list's mutex held: the
  /// system's own may be held by a thread that waits for it.
  OURO_OWN_CODE void prepare_for(const void* variable) noexcept {
    keep_loaded(variable);
    if (!is_installed_.load(std::memory_order_relaxed)) keep_loaded(reinterpret_cast<const void*>(&before_fork));
  }

  OURO_OWN_CODE void install() noexcept {
    if (is_installed_.exchange(true, std::memory_order_relaxed)) return;
#if OURO_HAS_FORK
    // Without the memory for it, forks are as they would be without this.
    static_cast<void>(::pthread_atfork(&before_fork, &after_fork, &after_fork_in_child));
#endif
  }

  OURO_OWN_CODE static void before_fork() noexcept;
  OURO_OWN_CODE static void after_fork() noexcept;
  OURO_OWN_CODE static void after_fork_in_child() noexcept;

  /// Takes all mutexes, or none, and returns which.
  [[nodiscard]] bool try_lock() noexcept {
    mutex_.lock();
    for (static_mutex* at = first_; at != nullptr; at = at->next_) {
      if (at->is_held_here() || at->try_lock()) continue;
      unlock_before(at);
      return false;
    }
    return true;
  }

  void unlock_before(const static_mutex* end) noexcept {
    for (static_mutex* at = first_; at != end; at = at->next_) {
      if (!at->is_held_here()) at->unlock();
    }
    mutex_.unlock();
  }

  void repair() noexcept {
    for (fork_repair* at = first_repair_; at != nullptr; at = at->next) at->run();
  }

  plain_mutex mutex_;
  static_mutex* first_ = nullptr;        ///< guarded by `mutex_`
  fork_repair* first_repair_ = nullptr;  ///< guarded by `mutex_`
  std::atomic<bool> is_installed_{false};
  std::atomic<bool> is_waiting_{false};  ///< a thread forks, and waits for others
};

OURO_SHARED_STATE inline constinit fork_list known_at_fork{};

inline void fork_list::before_fork() noexcept {
  known_at_fork.is_waiting_.store(true, std::memory_order_relaxed);
  for (int tries = 0; !known_at_fork.try_lock(); ++tries) {
    // Most mutexes are held for less than a microsecond.
    if (tries % 64 != 63) {
      spin_pause();
    } else {
      yield_to_others();
    }
  }
  known_at_fork.is_waiting_.store(false, std::memory_order_relaxed);
}
inline void fork_list::after_fork() noexcept { known_at_fork.unlock_before(nullptr); }
inline void fork_list::after_fork_in_child() noexcept {
  known_at_fork.repair();
  known_at_fork.unlock_before(nullptr);
}

inline void static_mutex::become_known() noexcept { known_at_fork.add(*this); }
inline void fork_repair::become_known() noexcept {
  if (!is_known.load(std::memory_order_acquire)) known_at_fork.add(*this);
}

/// A mutex that the thread which holds it may take again.
class recursive_mutex {
 public:
  constexpr recursive_mutex() noexcept = default;
  recursive_mutex(const recursive_mutex&) = delete;
  recursive_mutex& operator=(const recursive_mutex&) = delete;

  void lock() noexcept {
    if (!mutex_.is_held_here()) {
      mutex_.lock();
      mutex_.note_holder();
    }
    ++depth_;
  }

  void unlock() noexcept {
    if (--depth_ != 0) return;
    mutex_.forget_holder();
    mutex_.unlock();
  }

 private:
  static_mutex mutex_;
  std::uint32_t depth_ = 0;  ///< guarded by `mutex_`
};

/// For what may end: one of a few mutexes that never do. A thread holds one of them at a time.
class pooled_mutex {
 public:
  constexpr pooled_mutex() noexcept = default;
  pooled_mutex(const pooled_mutex&) = delete;
  pooled_mutex& operator=(const pooled_mutex&) = delete;

  void lock() noexcept { mine().lock(); }
  void unlock() noexcept { mine().unlock(); }

 private:
  static constexpr std::size_t count = 16;

  [[nodiscard]] static_mutex& mine() const noexcept {
    return pool_[reinterpret_cast<std::uintptr_t>(this) / 64 % count];
  }

  OURO_SHARED_STATE static static_mutex pool_[count];
};

constinit inline static_mutex pooled_mutex::pool_[pooled_mutex::count]{};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
