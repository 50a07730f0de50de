#pragma once
/// \file
/// The state of a collector for one refcount policy: root buffers, trigger, statistics; and the course of a collection.

#include <ouro/allocator/pool/heap_validity.hpp>
#include <ouro/allocator/pool/pool_heap.hpp>
#include <ouro/base/diagnostics.hpp>
#include <ouro/base/heap_local.hpp>
#include <ouro/base/raw_array.hpp>
#include <ouro/base/static_mutex.hpp>
#include <ouro/base/throw.hpp>
#include <ouro/collector/collection_log.hpp>
#include <ouro/collector/collection_turn.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/engine/death.hpp>
#include <ouro/collector/engine/teardown.hpp>
#include <ouro/collector/engine/trial.hpp>
#include <ouro/collector/engine/trial_memory.hpp>
#include <ouro/collector/gc_callbacks.hpp>
#include <ouro/collector/gc_report.hpp>
#include <ouro/collector/gc_stats.hpp>
#include <ouro/collector/guarded_roots.hpp>
#include <ouro/collector/handshake/mutator.hpp>
#include <ouro/collector/handshake/standstill.hpp>
#include <ouro/collector/handshake/world.hpp>
#include <ouro/collector/safepoints.hpp>
#include <ouro/collector/trigger.hpp>
#include <ouro/config.hpp>
#include <ouro/heap/emergency.hpp>
#include <ouro/object/destruction_queue.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/weak_record.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// With `local_refcount` each thread and each private heap has a collector of its own. With a thread-safe policy all
/// threads share one: its root buffer has a lock, and its collections stop the other threads while they look at objects
/// (handshake/standstill.hpp). The driver of the collector policy says what a collection looks at
/// (trial_deletion_driver.hpp, generational_driver.hpp).
template <class RefcountPolicy, class CollectorPolicy>
class OURO_SHARED_TYPE cycle_collector : public guarded_roots<RefcountPolicy> {
 public:
  using header_type = header<RefcountPolicy>;
  static constexpr bool is_shared = RefcountPolicy::is_thread_safe;

  /// The collector of the calling thread's heap, or the one that all threads share.
  [[nodiscard]] static cycle_collector& current() noexcept {
    if constexpr (is_shared) {
      return shared_;
    } else {
      return local_;
    }
  }

  /// \see heap_local_of
  [[nodiscard]] static cycle_collector& of_thread() noexcept { return local_; }

  static bool finish() noexcept {
    return end_garbage([] { return local_.collect(); });
  }

  static bool relieve() noexcept {
    return end_garbage([] { return local_.emergency(); });
  }

  static void release() noexcept { local_.release_all(); }

  /// \pre not buffered. Where memory is exhausted, the collector does not know the object, and a garbage cycle through
  /// it leaks.
  OURO_ALWAYS_INLINE void track(header_type& object) noexcept {
    const lock_guard lock{mutex_};
    static_cast<void>(enter(object, object.load_info()));
  }

  /// Makes room for `track` of so many objects. False when memory is exhausted.
  [[nodiscard]] bool reserve(std::size_t objects) noexcept {
    if (has_shut_down_) return true;
    if (!prepare()) return false;
    const lock_guard lock{mutex_};
    return candidates_.reserve(objects);
  }

  [[nodiscard]] bool add_root(header_type& object) noexcept {
    const lock_guard lock{mutex_};
    if constexpr (is_shared) {
      // Another thread may have been faster.
      if (!count_word::is_suspect_on_drop(object.load_count())) return true;
    }
    const std::uint32_t info = object.load_info();
    if (!enter(object, info)) return false;
    object.clear_suspect_on_drop();
    if ((info & (info_word::old | info_word::frozen)) == 0) {
      trigger_.count_candidate();
      note_if_due();
    }
    return true;
  }

  OURO_ALWAYS_INLINE void before_make() noexcept {
    if constexpr (is_shared) {
      if (--share_ < 0 || !this_mutator.is_undisturbed()) [[unlikely]]
        before_shared_make();
    } else {
      if (trigger_.count_allocation()) [[unlikely]]
        collect_in_make();
    }
  }

  /// A collection if one is due or was postponed; and lets another thread's collection pass. Returns the number of
  /// objects destroyed. One comparison if none is due; two where threads share the collector.
  OURO_ALWAYS_INLINE std::size_t safepoint() noexcept {
    if constexpr (is_shared) {
      if (is_due_.load(std::memory_order_relaxed) || this_mutator.is_asked()) [[unlikely]]
        return collect_at_shared_safepoint();
    } else {
      if (trigger_.is_due()) [[unlikely]]
        return collect_at_safepoint();
    }
    return 0;
  }

  void pause() noexcept {
    if constexpr (is_shared) ++this_mutator.pauses;
    const lock_guard lock{mutex_};
    trigger_.pause();
  }
  void resume() noexcept {
    if constexpr (is_shared) --this_mutator.pauses;
    const lock_guard lock{mutex_};
    if constexpr (check_level >= 1) {
      if (!trigger_.is_paused()) misuse("a pause has not ended in the heap in which it began", "ouro::gc::pause");
    }
    trigger_.resume();
    note_if_due();
  }

  /// How long a collection waits for the other threads to stop, in nanoseconds.
  void set_patience(std::uint64_t nanoseconds) noexcept { patience_.store(nanoseconds, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t patience() const noexcept { return patience_.load(std::memory_order_relaxed); }

  /// A copy of the trigger.
  [[nodiscard]] trigger schedule() noexcept {
    const lock_guard lock{mutex_};
    return trigger_;
  }

  /// Calls `change(trigger)`.
  template <class Change>
  void change_trigger(Change change) noexcept {
    const lock_guard lock{mutex_};
    change(trigger_);
    note_if_due();
  }

  /// Calls `look`, which may look at all objects, while no other thread uses them. Waits for that as long as it takes.
  template <class Look>
  auto while_others_stand(Look look) {
    if constexpr (is_shared) {
      // A trace, or a call inside of another one: they stand already.
      if (all_mutators.is_stopped_here()) return look();
      all_mutators.enter();
      for (;;) {
        standstill_type others = stop_others();
        if (others.stand()) return look();
      }
    } else {
      return look();
    }
  }

  /// A full collection because memory is exhausted. While the program holds collections back, it is postponed. Returns
  /// the number of objects destroyed.
  std::size_t emergency() noexcept { return must_postpone() ? 0 : collect(); }

  /// Destroys all garbage, or that among the young. Returns the number of objects; 0, and nothing happens, when called
  /// from a destructor, a finalizer, a callback or a trace.
  std::size_t collect(bool minor = false) noexcept { return begin() ? collect(false, minor) : 0; }

  /// A slice of a collection, over `budget` objects or a little more. Returns how many were destroyed.
  std::size_t step(std::size_t budget) noexcept {
    if (!begin()) return 0;
    standstill_type others = stop_others();
    const std::size_t before = stats().collected;
    check();
    const bool has_seen_all =
        driver::step(memory_, candidates_, budget, others, [&](auto& found) { return this->finish(found, others); });
    others.go_on();
    check();
    others.alone([&] { add_if_given_up(others); });
    if (has_seen_all) change_trigger([](trigger& schedule) { schedule.after_none(); });
    end();
    return stats().collected - before;
  }

  /// The number of objects that the collector has of a generation.
  [[nodiscard]] std::size_t count(bool minor) noexcept {
    enter_if_shared();
    const lock_guard lock{mutex_};
    return driver::count(candidates_, minor);
  }

  [[nodiscard]] gc_stats stats() noexcept {
    const lock_guard lock{mutex_};
    return log_.stats();
  }
  [[nodiscard]] generation_stats stats(bool minor) noexcept {
    const lock_guard lock{mutex_};
    return log_.stats(minor);
  }

  [[nodiscard]] gc_debug debug() noexcept {
    const lock_guard lock{mutex_};
    return log_.debug();
  }
  void set_debug(gc_debug flags) noexcept {
    const lock_guard lock{mutex_};
    log_.set_debug(flags);
  }

  /// Calls `look(items, size)` with the garbage that was not destroyed; the list owns a pointer to each.
  template <class Look>
  auto with_garbage(Look look) {
    enter_if_shared();
    const lock_guard lock{mutex_};
    return look(garbage_.items, garbage_.size);
  }

  /// Drops the list's pointers.
  void clear_garbage() noexcept {
    enter_if_shared();
    raw_array<header_type*> dropped;
    {
      const lock_guard lock{mutex_};
      dropped = std::exchange(garbage_, {});
    }
    for (std::size_t i = 0; i != dropped.size; ++i) {
      const drop_result found = RefcountPolicy::decrement(dropped.items[i]->count);
      if (found != drop_result::kept) end_of_life::handle_drop(*dropped.items[i], found);
    }
    dropped.release();
  }

  /// \throws std::bad_alloc
  [[nodiscard]] gc_callbacks& callbacks() {
    if (!log_.has_callbacks() && !prepare()) throw_bad_alloc();
    return log_.callbacks();
  }

  /// Whether the library has called a trace, a destructor, a finalizer or a callback on this thread.
  [[nodiscard]] static bool is_in_user_code() noexcept {
    return trace_is_running || destructions<RefcountPolicy>.is_destroying() ||
           weak_table<RefcountPolicy>::is_running_callbacks();
  }

 private:
  using guarded_roots<RefcountPolicy>::mutex_;
  using guarded_roots<RefcountPolicy>::candidates_;
  using end_of_life = death<RefcountPolicy, CollectorPolicy>;
  using driver = typename CollectorPolicy::template driver<RefcountPolicy>;
  using standstill_type = std::conditional_t<is_shared, standstill<RefcountPolicy>, lone_standstill>;

  /// A destructor may leave new garbage behind, as may the destructors of that. Garbage that is left after so many
  /// passes waits for the next collection.
  static constexpr std::size_t most_passes = 8;

  /// A worklist of more entries is freed after a collection.
  static constexpr std::size_t kept_memory = std::size_t{1} << 17;

  /// Ends a thread's collector with the thread.
  struct thread_end {
    thread_end() noexcept = default;
    thread_end(const thread_end&) = delete;
    thread_end& operator=(const thread_end&) = delete;
    ~thread_end() { local_.close(); }
  };

  /// Buffers the object with this info word. False when memory is exhausted. \pre `mutex_` is locked
  [[nodiscard]] OURO_ALWAYS_INLINE bool enter(header_type& object, std::uint32_t info) noexcept {
    auto& buffer = candidates_.buffer_for(info);
    if (!buffer.has_room()) [[unlikely]] {
      if (!make_room(buffer)) return false;
    }
    buffer.enter(object);
    return true;
  }

  /// Is called for the first candidate of each thread, since a new buffer has no room. False when memory is exhausted,
  /// and late in the thread's end.
  [[nodiscard]] OURO_NOINLINE bool make_room(root_buffer<RefcountPolicy>& buffer) noexcept {
    if (has_shut_down_ || !prepare()) return false;
    return buffer.make_room();
  }

  /// Must be called before the collector gets something that ends with the thread or belongs to the heap: a candidate,
  /// a callback, or the memory of a collection. False when memory is exhausted. Does nothing where threads share the
  /// collector: it ends with no thread, and belongs to no heap.
  [[nodiscard]] static bool prepare() noexcept {
    if constexpr (is_shared) {
      return true;
    } else {
      driver::prepare();
      list_safepoint(safepoint_);
      static thread_local const thread_end end;
      static_cast<void>(end);
      return register_heap_local(heap_local_of<cycle_collector>::variable);
    }
  }

  /// Collects for the last time. Objects whose pointers are dropped later do not become candidates.
  void close() noexcept {
    collect();
    clear_garbage();
    has_shut_down_ = true;
    release_all();
  }

  void release_all() noexcept {
    candidates_.clear();
    memory_.release();
    log_.release_callbacks();
  }

  /// Ends the objects in the destruction queue, those that `collect` finds, and those that `gc_debug::saveall` has
  /// kept. Returns whether there were any, or any was finalized: then there may be more.
  template <class Collect>
  static bool end_garbage(Collect collect) noexcept {
    const std::size_t finalized = local_.log_.stats().finalized;
    const std::size_t drained = destructions<RefcountPolicy>.drain(static_cast<std::size_t>(-1));
    death<RefcountPolicy, CollectorPolicy>::run_weak_callbacks();  // a collection may not begin, and run the callbacks
    const std::size_t collected = collect();
    local_.clear_garbage();
    return drained + collected != 0 || local_.log_.stats().finalized != finalized;
  }

  /// Begins a collection, the only one of this collector until `end`. False, and nothing has changed, when the
  /// collector or the thread is busy, and when there was never memory for a candidate. Where threads share the
  /// collector, a collection of another thread passes first.
  [[nodiscard]] bool begin() noexcept {
    if (has_shut_down_ || is_in_user_code()) return false;
    enter_if_shared();
    if (!prepare()) return false;
    if (!turn_.try_begin()) {
      if constexpr (is_shared) all_mutators.let_stop();
      return false;
    }
    if constexpr (queues_for_owners<RefcountPolicy>) RefcountPolicy::drain_merge_queue();
    return true;
  }

  void end() noexcept {
    turn_.end();
    weak_table<RefcountPolicy>::run_callbacks();
  }

  /// Before the calling thread looks at what a collection changes without the mutex, while the others stand.
  static void enter_if_shared() noexcept {
    if constexpr (is_shared) all_mutators.enter();
  }

  /// The means by which a collection stops the other threads, which run at first.
  [[nodiscard]] standstill_type stop_others(bool is_automatic = false) noexcept {
    if constexpr (is_shared) {
      return standstill_type{mutex_, patience(), is_automatic};
    } else {
      static_cast<void>(is_automatic);
      return {};
    }
  }

  /// To be called when the trigger has changed. \pre the mutex is held
  void note_if_due() noexcept {
    if constexpr (is_shared) is_due_.store(trigger_.is_due(), std::memory_order_relaxed);
  }

  /// The beginning of a `make` in which the thread has used up its share of allocations, or is not to go on as it is:
  /// it has not entered, or a collection waits for it.
  OURO_NOINLINE void before_shared_make() noexcept {
    all_mutators.enter();
    list_safepoint(safepoint_);
    bool is_place = false;
    bool is_due = false;
    change_trigger([&](trigger& schedule) {
      is_place = schedule.place() == gc_trigger::allocation;
      if (share_ >= 0) return;
      const bool is_exhausted = schedule.count_allocations(share_given_ - share_);
      share_ = share_given_ = schedule.share();
      if (is_exhausted && schedule.is_held()) schedule.postpone();
      is_due = is_exhausted && !schedule.is_held();
    });
    // Neither a container in the middle of an operation nor a destructor is a place to stop at.
    if (!is_place || this_mutator.pauses != 0 || is_in_user_code()) return;
    all_mutators.let_stop();
    if (is_due) collect_automatically();
  }

  OURO_NOINLINE std::size_t collect_at_shared_safepoint() noexcept {
    if (this_mutator.pauses != 0 || is_in_user_code()) return 0;
    all_mutators.let_stop();
    const trigger seen = schedule();
    return seen.is_due() && !seen.is_paused() ? collect_automatically() : 0;
  }

  OURO_NOINLINE void collect_in_make() noexcept {
    if (trigger_.is_held()) {
      trigger_.postpone();
    } else {
      collect_automatically();
    }
  }

  OURO_NOINLINE std::size_t collect_at_safepoint() noexcept {
    return trigger_.is_paused() ? 0 : collect_automatically();
  }

  /// Whether the program holds collections back. If so, the next collection will be a full one.
  [[nodiscard]] bool must_postpone() noexcept {
    bool is_held = false;
    change_trigger([&is_held](trigger& schedule) {
      is_held = schedule.is_held();
      if (is_held) schedule.postpone_full();
    });
    return is_held;
  }

  /// Whether a collection of a generation may find an object to begin from.
  [[nodiscard]] bool has_any(bool minor) noexcept {
    const lock_guard lock{mutex_};
    return driver::most(candidates_, minor) != 0;
  }

  std::size_t collect_automatically() noexcept {
    const trigger seen = schedule();
    const bool minor = !seen.is_full_due();
    if (!seen.is_enabled() || !has_any(minor) || !begin()) {
      change_trigger([](trigger& schedule) { schedule.after_none(); });
      return 0;
    }
    return collect(true, minor);
  }

  /// \pre `begin` has returned true
  std::size_t collect(bool automatic, bool minor) noexcept {
    auto running = log_.begin(automatic, minor, [this](bool young) { return count(young); });
    standstill_type others = stop_others(automatic);
    const std::size_t promoted = run_pass(minor, others);
    // Destructors may have left new garbage behind. An automatic collection leaves that to the next one.
    for (std::size_t pass = 1, before = running.before.collected; !automatic && pass != most_passes; ++pass) {
      if (log_.stats().collected == before || others.has_given_up()) break;
      before = log_.stats().collected;
      run_pass(minor, others);
    }
    const std::size_t collected = log_.collected_since(running);
    const std::size_t examined = log_.examined_since(running);
    change_trigger([&](trigger& schedule) {
      if (others.has_given_up()) return schedule.after_late();
      schedule.after_in_time();
      if (minor) {
        schedule.after_minor(examined, promoted);
      } else {
        schedule.after_full(examined - collected);
      }
    });
    if (memory_.worklist.capacity > kept_memory) memory_.release();
    others.alone([this] { candidates_.shrink(); });
    others.alone([&] {
      log_.add(running);
      add_if_given_up(others);
    });
    log_.end(running);
    end();
    return collected;
  }

  /// Adds a collection, or a slice of one, to those that were given up, if it was. \pre the mutex is held
  void add_if_given_up([[maybe_unused]] const standstill_type& others) noexcept {
    if constexpr (is_shared) {
      if (others.has_given_up()) log_.add_given_up(others.late_thread());
    }
  }

  /// Looks at a generation. Returns how many objects have become old. \post the other threads run
  std::size_t run_pass(bool minor, standstill_type& others) noexcept {
    check();
    const std::size_t promoted =
        driver::pass(memory_, candidates_, minor, others, [&](auto& found) { return this->finish(found, others); });
    others.go_on();
    check();
    return promoted;
  }

  /// Destroys what a trial has found. Returns how many objects that were. \post the other threads run
  template <class Trial>
  std::size_t finish(Trial& found, standstill_type& others) noexcept {
    const std::size_t over_reported = found.walk().over_reported();
    const gc_debug flags = debug();
    gc_stats& stats = log_.stats();
    others.alone([&] {
      stats.candidates += found.source().taken();
      stats.examined += memory_.worklist.size;
      stats.over_reported += over_reported;
      if (found.outcome() == trial_outcome::undecided) ++stats.undecided;
    });
    objects_looked_at += memory_.worklist.size;
    if (has_flag(flags, gc_debug::uncollectable)) print_uncollectable(over_reported);
    if (found.garbage() == 0) {
      others.go_on();
      return 0;
    }
    if (has_flag(flags, gc_debug::collectable)) print_garbage<RefcountPolicy>(memory_.worklist.items, found.garbage());
    teardown<RefcountPolicy, CollectorPolicy, Trial> end{found, memory_};
    const std::size_t destroyed = end.run(others, has_flag(flags, gc_debug::saveall) ? &garbage_ : nullptr);
    others.go_on();
    others.alone([&] {
      stats.collected += destroyed;
      stats.finalized += end.finalized();
      stats.resurrected += end.resurrected();
    });
    return destroyed;
  }

  /// Checks the structures of the heap that a collection uses.
  void check() noexcept {
    if constexpr (check_level < 2) return;
    const lock_guard lock{mutex_};
    candidates_.check();
    check_whole(destructions<RefcountPolicy>, "destruction_queue");
    check_whole(weak_table<RefcountPolicy>{}, "weak_table");
    check_whole(*current_pool_heap, "pool_heap");
  }

  OURO_SHARED_STATE static constinit thread_local cycle_collector local_;
  OURO_SHARED_STATE static constinit cycle_collector shared_;

  static std::size_t run_safepoint() noexcept { return current().safepoint(); }

  OURO_SHARED_STATE static inline constinit thread_local safepoint_entry safepoint_{&run_safepoint};
  /// How many objects the thread may make before it looks at a shared trigger, and how many that were at first.
  OURO_SHARED_STATE static inline constinit thread_local std::int64_t share_ = 0;
  OURO_SHARED_STATE static inline constinit thread_local std::int64_t share_given_ = 0;

  std::conditional_t<is_shared, shared_turn, local_turn> turn_{};
  std::atomic<bool> is_due_{false};  ///< what the trigger says, for threads without the mutex
  std::atomic<std::uint64_t> patience_{world::default_patience};
  trigger trigger_{};
  trial_memory memory_{};
  collection_log<RefcountPolicy> log_{};
  raw_array<header_type*> garbage_{};
  bool has_shut_down_ = false;
};

template <class RefcountPolicy, class CollectorPolicy>
constinit thread_local cycle_collector<RefcountPolicy, CollectorPolicy>
    cycle_collector<RefcountPolicy, CollectorPolicy>::local_{};

template <class RefcountPolicy, class CollectorPolicy>
constinit cycle_collector<RefcountPolicy, CollectorPolicy> cycle_collector<RefcountPolicy, CollectorPolicy>::shared_{};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
