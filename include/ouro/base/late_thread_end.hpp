#pragma once
/// \file
/// Calls a function at the end of a thread, after the destructors of its thread-local variables.

#include <ouro/base/elf_modules.hpp>
#include <ouro/base/plain_mutex.hpp>
#include <ouro/config.hpp>

#include <atomic>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// `Run` is called once more when it returns true; POSIX promises four calls. Some systems run those destructors
/// between two calls. Where there are no POSIX threads, `Run` is called once, in the reverse order of `await` and of
/// the constructions of the thread-local variables.
template <bool (*Run)() noexcept>
class OURO_SHARED_TYPE late_thread_end {
 public:
  /// Has `Run` called at the calling thread's end. Does nothing where the system has no key left.
  OURO_NOINLINE static void await() noexcept {
#if OURO_HAS_FORK
    if (!is_made_.load(std::memory_order_acquire)) make();
    if (has_key_) static_cast<void>(::pthread_setspecific(key_, &is_made_));
#else
    struct end {
      ~end() {
        while (Run()) {
        }
      }
    };
    static thread_local const end at_end;
    static_cast<void>(at_end);
#endif
  }

 private:
#if OURO_HAS_FORK
  OURO_OWN_CODE static void make() noexcept {
    keep_loaded(&is_made_);
    keep_loaded(reinterpret_cast<const void*>(&end_thread));
    const lock_guard lock{mutex_};
    if (is_made_.load(std::memory_order_relaxed)) return;  // GCOVR_EXCL_LINE: another thread was faster
    has_key_ = ::pthread_key_create(&key_, &end_thread) == 0;
    is_made_.store(true, std::memory_order_release);
  }

  OURO_OWN_CODE static void end_thread(void*) noexcept {
    if (Run()) await();
  }

  OURO_SHARED_STATE static inline constinit plain_mutex mutex_{};
  OURO_SHARED_STATE static inline pthread_key_t key_{};
  OURO_SHARED_STATE static inline bool has_key_ = false;
  OURO_SHARED_STATE static inline constinit std::atomic<bool> is_made_{false};
#endif
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
