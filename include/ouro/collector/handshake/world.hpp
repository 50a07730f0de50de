#pragma once
/// \file
/// All mutators, and the stop of all but one of them: the handshake of a collection with the threads.
///
/// A stop asks each thread that is running to come to a safe point, and holds each thread that is outside there. It has
/// succeeded when all are held. Nothing but the words of the mutators is written before that, so that a stop which
/// gives up, because a thread has not answered in time, leaves the objects as they were. A thread that waits for a lock
/// cannot answer, nor can one that computes: then garbage waits, and nothing else. (CPython's free-threaded build stops
/// the world in this way, without giving up.)
///
/// A mutex guards the list of mutators. The thread that stops holds it until the world goes on, and whoever must wait
/// for that waits for this mutex.
///
/// Why no access of a trace races with a mutator's: a mutator's last step before the stop is a release of its word,
/// which the claim acquires; its next step after the stop acquires what the end of the stop has released, by its word
/// or by the mutex.

#include <ouro/base/diagnostics.hpp>
#include <ouro/base/late_thread_end.hpp>
#include <ouro/base/static_mutex.hpp>
#include <ouro/collector/handshake/mutator.hpp>
#include <ouro/collector/pause_clock.hpp>
#include <ouro/config.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

class OURO_SHARED_TYPE world {
 public:
  static constexpr std::uint64_t default_patience = 20'000'000;  ///< nanoseconds

  /// The calling thread enters, if it is outside: at its first use of a shared object, or of one inside `blocking`,
  /// which checked builds report. Waits for the end of a stop.
  OURO_NOINLINE void enter() noexcept {
    mutator& mine = this_mutator;
    if (mine.is_inside()) return;
    if (!mine.is_registered) return add(mine);
    if constexpr (check_level >= 1) misuse("a thread used a shared object inside `blocking`", "ouro::blocking");
    await_end_of_stop(mine);
  }

  /// A safe point of the calling thread: waits for the end of a stop if one waits for this thread. Does nothing for a
  /// thread that is outside.
  OURO_NOINLINE void let_stop() noexcept {
    mutator& mine = this_mutator;
    if (!mine.is_inside() || mine.is_undisturbed()) return;
    step_outside(mine);
    await_end_of_stop(mine);
  }

  /// The calling thread goes outside, until `end_blocking`. \pre registered
  OURO_ALWAYS_INLINE void begin_blocking() noexcept {
    mutator& mine = this_mutator;
    if (mine.blockings++ == 0 && mine.is_inside()) step_outside(mine);
  }

  OURO_ALWAYS_INLINE void end_blocking() noexcept {
    mutator& mine = this_mutator;
    if (--mine.blockings != 0 || !mine.is_registered) return;
    std::uint32_t seen = mutator_word::outside;
    // acquire: what a collection has changed is seen.
    const bool is_in =
        !mine.was_asked && mine.word.compare_exchange_strong(seen, mutator_word::running, std::memory_order_acquire,
                                                             std::memory_order_relaxed);
    if (!is_in && !mutator_word::is_inside(seen)) [[unlikely]]
      await_end_of_stop(mine);
  }

  /// Registers the calling thread, if it is not. Waits for the end of a stop.
  void add_this_thread() noexcept {
    if (!this_mutator.is_registered) add(this_mutator);
  }

  /// Gives the calling thread a name, which is cut if it is too long. Waits for the end of a stop.
  void name_this_thread(std::string_view name) noexcept {
    mutator& mine = this_mutator;
    const std::size_t size = name.size() < sizeof mine.name ? name.size() : sizeof mine.name - 1;
    // A stop holds the mutex, and waits for those who are inside.
    const bool is_inside = mine.is_inside();
    if (is_inside) step_outside(mine);
    const lock_guard lock{mutex_};
    std::memset(mine.name, 0, sizeof mine.name);
    std::memcpy(mine.name, name.data(), size);
    if (is_inside) step_inside(mine);
  }

  /// The calling thread uses no shared object any more, unless it registers again.
  void remove_this_thread() noexcept {
    mutator& mine = this_mutator;
    if (!mine.is_registered) return;
    if (mine.is_inside()) step_outside(mine);
    const lock_guard lock{mutex_};
    (mine.previous == nullptr ? first_ : mine.previous->next) = mine.next;
    if (mine.next != nullptr) mine.next->previous = mine.previous;
    mine.next = mine.previous = nullptr;
    mine.is_registered = false;
    --size_;
  }

  /// Stops all threads but the calling one. Waits for the end of another stop first. False, and the threads run, if
  /// some thread has not come to a safe point within so many nanoseconds: then `late` has its name or number. A thread
  /// that has not come to one since another stop has given up, and so may be waiting for something, is given the second
  /// patience. \pre the calling thread is inside, and at a safe point
  [[nodiscard]] OURO_NOINLINE bool stop(std::uint64_t patience, std::uint64_t patience_with_late,
                                        char (&late)[mutator::most_name]) noexcept {
    mutator& mine = this_mutator;
    step_outside(mine);
    mutex_.lock();
    mutex_.note_holder();
    step_inside(mine);
    if (is_any_asked()) patience = patience_with_late;
    const mutator* waiting_for = hold_all();
    const std::uint64_t began = waiting_for == nullptr ? 0 : steady_nanoseconds();
    for (int turn = 0; waiting_for != nullptr; ++turn) {
      const std::uint64_t waited = steady_nanoseconds() - began;
      if (waited > patience) {
        describe(*waiting_for, late);
        go_on();
        return false;
      }
      wait_a_moment(turn, waited);
      waiting_for = hold_all();
    }
    return true;
  }

  /// Ends the stop. \pre `stop` has returned true on this thread, and this is the first call since
  void go_on() noexcept {
    for (mutator* at = first_; at != nullptr; at = at->next) {
      // release: what the collection has changed is seen by the thread when it enters. A thread that is asked stays so,
      // and is known by that in the next stop.
      std::uint32_t seen = mutator_word::held;
      at->word.compare_exchange_strong(seen, mutator_word::outside, std::memory_order_release,
                                       std::memory_order_relaxed);
    }
    mutex_.forget_holder();
    mutex_.unlock();
    known_at_fork.let_forks_pass();
  }

  /// Whether the calling thread has stopped the others.
  [[nodiscard]] bool is_stopped_here() const noexcept { return mutex_.is_held_here(); }

  /// The number of threads that are registered.
  [[nodiscard]] std::size_t size() noexcept {
    const lock_guard lock{mutex_};
    return size_;
  }

  /// In a child after a fork: the other threads do not exist. \pre the calling thread holds all mutexes
  void forget_others() noexcept {
    mutator& mine = this_mutator;
    first_ = mine.is_registered ? &mine : nullptr;
    size_ = mine.is_registered ? 1 : 0;
    mine.next = mine.previous = nullptr;
    std::uint32_t seen = mutator_word::asked;
    mine.word.compare_exchange_strong(seen, mutator_word::running, std::memory_order_relaxed);
  }

 private:
  /// relaxed on failure: nothing was learnt. release: what the thread did is seen by the collection.
  static void step_outside(mutator& mine) noexcept {
    if (mine.word.exchange(mutator_word::outside, std::memory_order_release) == mutator_word::asked)
      mine.was_asked = true;
  }

  /// \pre the thread is outside
  OURO_NOINLINE void await_end_of_stop(mutator& mine) noexcept {
    const lock_guard lock{mutex_};
    step_inside(mine);
  }

  /// \pre the calling thread holds the mutex: nobody stops the world at this moment, so that nobody holds the thread
  static void step_inside(mutator& mine) noexcept {
    mine.was_asked = false;
    mine.word.store(mutator_word::running, std::memory_order_relaxed);
  }

  void add(mutator& mine) noexcept;

  [[nodiscard]] bool is_any_asked() const noexcept {
    for (const mutator* at = first_; at != nullptr; at = at->next) {
      if (at->word.load(std::memory_order_relaxed) == mutator_word::asked) return true;
    }
    return false;
  }

  /// Holds each thread but the calling one that is outside, and asks each that is running. Returns one that is not
  /// held; null if all are. \pre the calling thread has the mutex
  [[nodiscard]] const mutator* hold_all() noexcept {
    const mutator* not_held = nullptr;
    for (mutator* at = first_; at != nullptr; at = at->next) {
      if (at != &this_mutator && !is_held(*at)) not_held = at;
    }
    return not_held;
  }

  [[nodiscard]] static bool is_held(mutator& at) noexcept {
    std::uint32_t seen = at.word.load(std::memory_order_relaxed);
    for (;;) {
      switch (seen) {
        case mutator_word::held:
          return true;
        case mutator_word::asked:
          return false;
        case mutator_word::running:
          if (at.word.compare_exchange_weak(seen, mutator_word::asked, std::memory_order_relaxed)) return false;
          break;  // GCOVR_EXCL_LINE: the thread was faster
        default:
          // acquire: what the thread did before it went outside is seen.
          if (at.word.compare_exchange_weak(seen, mutator_word::held, std::memory_order_acquire,
                                            std::memory_order_relaxed))
            return true;
      }
    }
  }

  static void describe(const mutator& at, char (&name)[mutator::most_name]) noexcept;

  /// Threads that make objects answer within microseconds; others may be asleep.
  static void wait_a_moment(int turn, std::uint64_t waited) noexcept {
    if (turn < 64) {
      spin_pause();
    } else if (waited < 1'000'000) {
      yield_to_others();
    } else {
      sleep_nanoseconds(50'000);
    }
  }

  static_mutex mutex_;
  mutator* first_ = nullptr;  ///< the one registered last; guarded by `mutex_`, as are the next two
  std::size_t size_ = 0;
  std::uint64_t given_ = 0;  ///< numbers of mutators
};

OURO_SHARED_STATE inline constinit world all_mutators{};

/// In a child after a fork.
inline void forget_other_mutators() noexcept { all_mutators.forget_others(); }

OURO_SHARED_STATE inline constinit fork_repair mutators_after_fork{&forget_other_mutators, nullptr, {}};

/// The end of the calling thread. Returns whether it may use shared objects later: the destructors of its thread-local
/// variables may, and some systems call them after this.
OURO_SHARED_STATE inline bool end_mutator() noexcept {
  constexpr std::uint32_t last_round = 2;
  if (this_mutator.ends++ == 0) return true;
  all_mutators.remove_this_thread();
  return this_mutator.ends < last_round;
}

OURO_NOINLINE inline void world::add(mutator& mine) noexcept {
  constexpr std::uint32_t most_ends = 3;
  if constexpr (check_level >= 1) {
    if (mine.ends >= most_ends) misuse("a thread used a shared object after its end", "ouro::thread_scope");
  }
  mutators_after_fork.become_known();
  late_thread_end<&end_mutator>::await();
  const lock_guard lock{mutex_};
  mine.next = first_;
  if (first_ != nullptr) first_->previous = &mine;
  first_ = &mine;
  mine.is_registered = true;
  if (mine.number == 0) mine.number = ++given_;
  ++size_;
  mine.word.store(mutator_word::running, std::memory_order_relaxed);
}

inline void world::describe(const mutator& at, char (&name)[mutator::most_name]) noexcept {
  if (at.name[0] != '\0') {
    std::memcpy(name, at.name, sizeof name);
  } else {
    std::snprintf(name, sizeof name, "thread %llu", static_cast<unsigned long long>(at.number));
  }
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
