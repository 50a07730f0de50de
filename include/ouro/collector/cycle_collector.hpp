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
#include <ouro/collector/trigger.hpp>
#include <ouro/config.hpp>
#include <ouro/heap/emergency.hpp>
#include <ouro/object/destruction_queue.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/weak_record.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// With `local_refcount` each thread and each private heap has a collector of its own. With a thread-safe policy all
/// threads share one: its root buffer has a lock. A shared collector collects only when the program calls it, at a
/// moment when no other thread uses its objects. The driver of the collector policy says what a collection looks at
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

  [[nodiscard]] bool add_root(header_type& object) noexcept {
    const lock_guard lock{mutex_};
    if constexpr (is_shared) {
      // Another thread may have been faster.
      if (!count_word::is_suspect_on_drop(object.load_count())) return true;
    }
    const std::uint32_t info = object.load_info();
    if (!enter(object, info)) return false;
    object.clear_suspect_on_drop();
    if ((info & (info_word::old | info_word::frozen)) == 0) trigger_.count_candidate();
    return true;
  }

  OURO_ALWAYS_INLINE void before_make() noexcept {
    if constexpr (!is_shared) {
      if (trigger_.count_allocation()) [[unlikely]]
        collect_in_make();
    }
  }

  /// A collection if one is due or was postponed. Returns the number of objects destroyed. One comparison if none is.
  OURO_ALWAYS_INLINE std::size_t safepoint() noexcept {
    if constexpr (!is_shared) {
      if (trigger_.is_due()) [[unlikely]]
        return collect_at_safepoint();
    }
    return 0;
  }

  void pause() noexcept {
    const lock_guard lock{mutex_};
    trigger_.pause();
  }
  void resume() noexcept {
    const lock_guard lock{mutex_};
    if constexpr (check_level >= 1) {
      if (!trigger_.is_paused()) misuse("a pause has not ended in the heap in which it began", "ouro::gc::pause");
    }
    trigger_.resume();
  }

  void set_place(gc_trigger place) noexcept {
    const lock_guard lock{mutex_};
    trigger_.set_place(place);
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
    check();
    const std::size_t before = stats().collected;
    const bool has_seen_all =
        driver::step(memory_, candidates_, budget, [this](auto& found) { return this->finish(found); });
    if (has_seen_all) trigger_.after_none();
    check();
    end();
    return stats().collected - before;
  }

  /// Which thread collects.
  [[nodiscard]] const shared_turn& turn() const noexcept
    requires is_shared
  {
    return turn_;
  }

  /// The number of objects that the collector has of a generation.
  [[nodiscard]] std::size_t count(bool minor) const noexcept { return driver::count(candidates_, minor); }

  [[nodiscard]] trigger& schedule() noexcept { return trigger_; }
  [[nodiscard]] const gc_stats& stats() const noexcept { return log_.stats(); }
  [[nodiscard]] const generation_stats& stats(bool minor) const noexcept { return log_.stats(minor); }

  [[nodiscard]] gc_debug debug() const noexcept { return log_.debug(); }
  void set_debug(gc_debug flags) noexcept { log_.set_debug(flags); }

  /// Garbage that was not destroyed; the list owns a pointer to each.
  [[nodiscard]] raw_array<header_type*>& garbage() noexcept { return garbage_; }

  /// Drops the list's pointers.
  void clear_garbage() noexcept {
    raw_array<header_type*> dropped = std::exchange(garbage_, {});
    for (std::size_t i = 0; i != dropped.size; ++i) {
      const drop_result found = RefcountPolicy::decrement(dropped.items[i]->count);
      if (found != drop_result::kept) end_of_life::handle_drop(*dropped.items[i], found);
    }
    dropped.release();
  }

  /// \throws std::bad_alloc
  [[nodiscard]] gc_callbacks& callbacks() {
    if constexpr (!is_shared) {
      if (!log_.has_callbacks() && !prepare()) throw_bad_alloc();
    }
    return log_.callbacks();
  }

 private:
  using guarded_roots<RefcountPolicy>::mutex_;
  using guarded_roots<RefcountPolicy>::candidates_;
  using end_of_life = death<RefcountPolicy, CollectorPolicy>;
  using driver = typename CollectorPolicy::template driver<RefcountPolicy>;

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
    if (has_shut_down_) return false;
    if constexpr (!is_shared) {
      if (!prepare()) return false;
    }
    return buffer.make_room();
  }

  /// Must be called before the collector gets something that ends with the thread or belongs to the heap: a candidate,
  /// a callback, or the memory of a collection. False when memory is exhausted.
  [[nodiscard]] static bool prepare() noexcept {
    driver::prepare();
    static thread_local const thread_end end;
    static_cast<void>(end);
    return register_heap_local(heap_local_of<cycle_collector>::variable);
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
    const std::size_t finalized = local_.stats().finalized;
    const std::size_t drained = destructions<RefcountPolicy>.drain(static_cast<std::size_t>(-1));
    death<RefcountPolicy, CollectorPolicy>::run_weak_callbacks();  // a collection may not begin, and run the callbacks
    const std::size_t collected = collect();
    local_.clear_garbage();
    return drained + collected != 0 || local_.stats().finalized != finalized;
  }

  /// Whether the library has called a trace, a destructor, a finalizer or a callback on this thread.
  [[nodiscard]] static bool is_in_user_code() noexcept {
    return trace_is_running || destructions<RefcountPolicy>.is_destroying() ||
           weak_table<RefcountPolicy>::is_running_callbacks();
  }

  /// Begins a collection, which has all objects to itself until `end`. False, and nothing has changed, when the
  /// collector or the thread is busy, and when there was never memory for a candidate.
  /// \post the merge queues of all threads are empty
  [[nodiscard]] bool begin() noexcept {
    if (has_shut_down_ || is_in_user_code()) return false;
    if constexpr (!is_shared) {
      if (!prepare()) return false;
    }
    if (!turn_.try_begin()) return false;
    // Waits for a thread that is adding a candidate at this moment, against the rules; from now on that is reported.
    if constexpr (is_shared && check_level >= 1) static_cast<void>(lock_guard{mutex_});
    if constexpr (queues_for_owners<RefcountPolicy>) {
      RefcountPolicy::drain_merge_queue();
      RefcountPolicy::drain_all_merge_queues();
    }
    return true;
  }

  void end() noexcept {
    turn_.end();
    weak_table<RefcountPolicy>::run_callbacks();
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
    const lock_guard lock{mutex_};
    if (!trigger_.is_held()) return false;
    trigger_.postpone_full();
    return true;
  }

  std::size_t collect_automatically() noexcept {
    const bool minor = !trigger_.is_full_due();
    if (!trigger_.is_enabled() || driver::most(candidates_, minor) == 0 || !begin()) {
      trigger_.after_none();
      return 0;
    }
    return collect(true, minor);
  }

  /// \pre `begin` has returned true
  std::size_t collect(bool automatic, bool minor) noexcept {
    const auto running = log_.begin(automatic, minor, [this](bool young) { return count(young); });
    const std::size_t promoted = run_pass(minor);
    // Destructors may have left new garbage behind. An automatic collection leaves that to the next one.
    for (std::size_t pass = 1, before = running.before.collected; !automatic && pass != most_passes; ++pass) {
      if (stats().collected == before) break;
      before = stats().collected;
      run_pass(minor);
    }
    const std::size_t collected = log_.collected_since(running);
    const std::size_t examined = log_.examined_since(running);
    if (minor) {
      trigger_.after_minor(examined, promoted);
    } else {
      trigger_.after_full(examined - collected);
    }
    if (memory_.worklist.capacity > kept_memory) memory_.release();
    candidates_.shrink();
    log_.end(running);
    end();
    return collected;
  }

  /// Looks at a generation. Returns how many objects have become old.
  std::size_t run_pass(bool minor) noexcept {
    check();
    const std::size_t promoted =
        driver::pass(memory_, candidates_, minor, [this](auto& found) { return this->finish(found); });
    check();
    return promoted;
  }

  /// Destroys what a trial has found. Returns how many objects that were.
  template <class Trial>
  std::size_t finish(Trial& found) noexcept {
    const std::size_t over_reported = found.walk().over_reported();
    gc_stats& stats = log_.stats();
    stats.candidates += found.source().taken();
    stats.examined += memory_.worklist.size;
    objects_looked_at += memory_.worklist.size;
    stats.over_reported += over_reported;
    if (found.outcome() == trial_outcome::undecided) ++stats.undecided;
    if (has_flag(debug(), gc_debug::uncollectable)) print_uncollectable(over_reported);
    if (found.garbage() == 0) return 0;
    if (has_flag(debug(), gc_debug::collectable))
      print_garbage<RefcountPolicy>(memory_.worklist.items, found.garbage());
    teardown<RefcountPolicy, CollectorPolicy, Trial> end{found, memory_};
    const std::size_t destroyed = end.run(has_flag(debug(), gc_debug::saveall) ? &garbage_ : nullptr);
    stats.collected += destroyed;
    stats.finalized += end.finalized();
    stats.resurrected += end.resurrected();
    return destroyed;
  }

  /// Checks the structures of the heap that a collection uses.
  void check() const noexcept {
    candidates_.check();
    check_whole(destructions<RefcountPolicy>, "destruction_queue");
    check_whole(weak_table<RefcountPolicy>{}, "weak_table");
    check_whole(*current_pool_heap, "pool_heap");
  }

  OURO_SHARED_STATE static constinit thread_local cycle_collector local_;
  OURO_SHARED_STATE static constinit cycle_collector shared_;

  std::conditional_t<is_shared, shared_turn, local_turn> turn_{};
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
