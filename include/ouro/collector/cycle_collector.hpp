#pragma once
/// \file
/// The state of trial deletion for one refcount policy: candidates, trigger, statistics, and the passes of a
/// collection.

#include <ouro/allocator/pool/heap_validity.hpp>
#include <ouro/allocator/pool/pool_heap.hpp>
#include <ouro/allocator/pool/thread_heap.hpp>
#include <ouro/base/dependent.hpp>
#include <ouro/base/diagnostics.hpp>
#include <ouro/base/heap_local.hpp>
#include <ouro/base/raw_array.hpp>
#include <ouro/base/static_mutex.hpp>
#include <ouro/base/throw.hpp>
#include <ouro/collector/collection_turn.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/engine/death.hpp>
#include <ouro/collector/engine/teardown.hpp>
#include <ouro/collector/engine/trial.hpp>
#include <ouro/collector/gc_callbacks.hpp>
#include <ouro/collector/gc_report.hpp>
#include <ouro/collector/gc_stats.hpp>
#include <ouro/collector/generations.hpp>
#include <ouro/collector/pause_clock.hpp>
#include <ouro/collector/trigger.hpp>
#include <ouro/config.hpp>
#include <ouro/heap/adapters/walkable_pools.hpp>
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
/// moment when no other thread uses its objects.
template <class RefcountPolicy, class CollectorPolicy>
class OURO_SHARED_TYPE cycle_collector {
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
    auto& buffer = candidates_.buffer_for(object.load_info());
    if (!buffer.has_room()) [[unlikely]] {
      if (!make_room(buffer)) return;
    }
    buffer.enter(object);
  }

  [[nodiscard]] bool add_root(header_type& object) noexcept {
    if constexpr (tracks_all<CollectorPolicy>) {
      object.clear_suspect_on_drop();
      track(object);
      return true;
    }
    const lock_guard lock{mutex_};
    if constexpr (is_shared) {
      // Another thread may have been faster.
      if (!count_word::is_suspect_on_drop(object.load_count())) return true;
    }
    const std::uint32_t info = object.load_info();
    auto& buffer = candidates_.buffer_for(info);
    if (!buffer.has_room()) [[unlikely]] {
      if (!make_room(buffer)) return false;
    }
    buffer.enter(object);
    object.clear_suspect_on_drop();
    if ((info & (info_word::old | info_word::frozen)) == 0) trigger_.count_candidate();
    return true;
  }

  std::uint32_t remove_root(header_type& object) noexcept {
    const lock_guard lock{mutex_};
    return candidates_.leave(object);
  }

  /// Whether the object is not buffered, or is in a root buffer of this collector.
  [[nodiscard]] bool knows(header_type& object) noexcept {
    const lock_guard lock{mutex_};
    const std::uint32_t word = object.load_info();
    return !info_word::is_buffered(word) || candidates_.hold(object, word);
  }

  [[nodiscard]] std::uint32_t info(header_type& object) noexcept {
    const lock_guard lock{mutex_};
    const std::uint32_t word = object.load_info();
    return info_word::is_buffered(word) ? candidates_.info(object) : word;
  }

  void add_flags(header_type& object, std::uint32_t bits) noexcept {
    const lock_guard lock{mutex_};
    if (info_word::is_buffered(object.load_info())) {
      candidates_.info(object) |= bits;
    } else {
      object.set_info(bits);
    }
  }

  /// Before `freeze` is called for objects that the collector has in view. False when memory is exhausted.
  [[nodiscard]] bool reserve_for_freeze() noexcept {
    const lock_guard lock{mutex_};
    return candidates_.reserve_for_freeze();
  }
  void freeze(header_type& object) noexcept {
    const lock_guard lock{mutex_};
    candidates_.freeze(object);
  }

  /// Before `unfreeze` is called for objects that the collector has in view. False when memory is exhausted.
  [[nodiscard]] bool reserve_for_unfreeze() noexcept {
    const lock_guard lock{mutex_};
    return candidates_.reserve_for_unfreeze();
  }
  void unfreeze(header_type& object) noexcept {
    const lock_guard lock{mutex_};
    candidates_.unfreeze(object);
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
    const gc_stats before = stats_;
    for (int turns = 0; stats_.examined - before.examined < budget;) {
      const bool minor = candidates_.begin_step();
      trial_type found{memory_, candidates_, minor};
      found.run_slice(budget);
      finish(found);
      if (found.candidates_taken() != 0) continue;
      candidates_.turn_steps();
      if (++turns == 2) {
        trigger_.after_none();  // all have been looked at
        break;
      }
    }
    candidates_.check();
    end();
    return stats_.collected - before.collected;
  }

  /// Which thread collects.
  [[nodiscard]] const shared_turn& turn() const noexcept
    requires is_shared
  {
    return turn_;
  }

  /// The number of candidates of a generation, or of tracked objects. O(1), or O(pools) for old objects in walkable
  /// pools.
  [[nodiscard]] std::size_t count(bool minor) const noexcept {
    if (minor) return candidates_.young().size();
    if constexpr (walks) return candidates_.old().size() + walkable_pools<RefcountPolicy>::count();
    return candidates_.old().size();
  }

  [[nodiscard]] trigger& schedule() noexcept { return trigger_; }
  [[nodiscard]] const gc_stats& stats() const noexcept { return stats_; }
  [[nodiscard]] const generation_stats& stats(bool minor) const noexcept { return by_generation_[minor ? 0 : 1]; }

  [[nodiscard]] generations<RefcountPolicy>& candidates() noexcept { return candidates_; }

  [[nodiscard]] gc_debug debug() const noexcept { return debug_; }
  void set_debug(gc_debug flags) noexcept { debug_ = flags; }

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
    if (callbacks_ == nullptr) {
      if constexpr (!is_shared) {
        if (!prepare()) throw_bad_alloc();
      }
      callbacks_ = new callbacks_type;
    }
    return *callbacks_;
  }

 private:
  using end_of_life = death<RefcountPolicy, CollectorPolicy>;
  using trial_type = trial<RefcountPolicy, CollectorPolicy>;
  using callbacks_type = basic_gc_callbacks<dependent<gc_info, RefcountPolicy>>;

  /// A destructor may leave new garbage behind, as may the destructors of that. Garbage that is left after so many
  /// passes waits for the next collection.
  static constexpr std::size_t most_passes = 8;
  static constexpr std::size_t first_batch = std::size_t{1} << 13;  ///< objects
  static constexpr std::size_t growth = 8;                          ///< of batches that find little garbage
  static constexpr std::size_t tolerated = 2;  ///< living objects looked at for each that is destroyed
  static constexpr std::size_t kept_memory = std::size_t{1}
                                             << 17;  ///< entries of a worklist; more are freed after a collection

  /// Whether old objects may lie in pools that are walked instead of a table.
  static constexpr bool walks = walks_pools<CollectorPolicy, RefcountPolicy>;

  /// An upper bound of the number of objects that a collection begins from. O(pools)
  [[nodiscard]] std::size_t most_of(bool minor) const noexcept {
    if (minor) return candidates_.young().size();
    if constexpr (walks) return candidates_.size() + walkable_pools<RefcountPolicy>::most();
    return candidates_.size();
  }

  /// Ends a thread's collector with the thread.
  struct thread_end {
    thread_end() noexcept = default;
    thread_end(const thread_end&) = delete;
    thread_end& operator=(const thread_end&) = delete;
    ~thread_end() { local_.close(); }
  };

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
    // The pools must outlive the collector that walks them.
    if constexpr (walks) static_cast<void>(heap_of_this_thread());
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
    delete callbacks_;
    callbacks_ = nullptr;
  }

  /// Ends the objects in the destruction queue, those that `collect` finds, and those that `gc_debug::saveall` has
  /// kept. Returns whether there were any, or any was finalized: then there may be more.
  template <class Collect>
  static bool end_garbage(Collect collect) noexcept {
    const std::size_t finalized = local_.stats_.finalized;
    const std::size_t drained = destructions<RefcountPolicy>.drain(static_cast<std::size_t>(-1));
    death<RefcountPolicy, CollectorPolicy>::run_weak_callbacks();  // a collection may not begin, and run the callbacks
    const std::size_t collected = collect();
    local_.clear_garbage();
    return drained + collected != 0 || local_.stats_.finalized != finalized;
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
    if (!trigger_.is_enabled() || most_of(minor) == 0 || !begin()) {
      trigger_.after_none();
      return 0;
    }
    return collect(true, minor);
  }

  /// \pre `begin` has returned true
  std::size_t collect(bool automatic, bool minor) noexcept {
    const gc_stats before = stats_;
    const std::size_t generation = minor ? 0 : 1;
    const std::uint64_t began = steady_nanoseconds();
    if (has_flag(debug_, gc_debug::stats)) print_start(generation, count(true), count(false));
    call({gc_phase::start, automatic, generation, 0, 0});
    const std::size_t promoted = run_pass(minor);
    for (std::size_t pass = 1; !automatic && pass != most_passes && stats_.collected != before.collected; ++pass) {
      const std::size_t collected = stats_.collected;
      run_pass(minor);
      if (stats_.collected == collected) break;
    }
    const std::size_t collected = stats_.collected - before.collected;
    const std::size_t examined = stats_.examined - before.examined;
    ++stats_.collections;
    stats_.automatic_collections += automatic ? 1 : 0;
    stats_.full_collections += minor ? 0 : 1;
    if (minor) {
      trigger_.after_minor(examined, promoted);
    } else {
      trigger_.after_full(examined - collected);
    }
    if (memory_.worklist.capacity > kept_memory) memory_.release();
    candidates_.shrink();
    const std::uint64_t pause = steady_nanoseconds() - began;
    generation_stats& sums = by_generation_[generation];
    ++sums.collections;
    sums.collected += collected;
    sums.uncollectable += stats_.over_reported - before.over_reported;
    if (pause > sums.longest_pause) sums.longest_pause = pause;
    if (has_flag(debug_, gc_debug::stats)) print_stop(collected, stats_.over_reported - before.over_reported, pause);
    call({gc_phase::stop, automatic, generation, collected, examined});
    end();
    return collected;
  }

  /// Looks at every candidate of this moment, in batches: those that find garbage are small enough for the cache.
  /// Returns how many objects have become old.
  ///
  /// Each batch may reach what another one has found alive, and looks at it again: it may be held by garbage of this
  /// batch alone. So that this does not add up, the next batch is `growth` times as large whenever the batch has looked
  /// at more than `tolerated` living objects for each object destroyed. Let D be the garbage, and A the living objects
  /// that the candidates reach. The batches after which the size stays look at `tolerated` * D living objects at the
  /// most. In a batch after which the size grows, more than two thirds were alive: its size was less than A * 3/2. It
  /// has looked at A living objects at the most, and at `long_walk` times its size, or else it has taken all candidates
  /// and is the last. The sizes are a geometric series: these batches look at less than 3 A living objects together. So
  /// a pass looks at less than 3 (D + A) objects, whatever the mix.
  std::size_t run_pass(bool minor) noexcept {
    check();
    candidates_.begin_sweep(minor);
    std::size_t promoted = 0;
    if constexpr (tracks_all<CollectorPolicy>) {
      trial_type found{memory_, candidates_, minor};
      found.run_on_all(most_of(minor));
      finish(found);
      check();
      return found.promoted();
    }
    for (std::size_t batch = first_batch;;) {
      trial_type found{memory_, candidates_, minor};
      found.run(batch);
      const std::size_t examined_before = stats_.examined;
      const std::size_t destroyed = finish(found);
      if (found.candidates_taken() == 0) break;
      if (stats_.examined - examined_before > destroyed * (1 + tolerated)) batch *= growth;
      promoted += found.promoted();
    }
    candidates_.end_sweep(minor);
    check();
    return promoted;
  }

  /// Destroys what a trial has found. Returns how many objects that were.
  std::size_t finish(trial_type& found) noexcept {
    stats_.candidates += found.candidates_taken();
    stats_.examined += memory_.worklist.size;
    objects_looked_at += memory_.worklist.size;
    stats_.over_reported += found.over_reported();
    if (found.outcome() == trial_outcome::undecided) ++stats_.undecided;
    if (has_flag(debug_, gc_debug::uncollectable)) print_uncollectable(found.over_reported());
    if (found.garbage() == 0) return 0;
    if (has_flag(debug_, gc_debug::collectable)) print_garbage<RefcountPolicy>(memory_.worklist.items, found.garbage());
    teardown<RefcountPolicy, CollectorPolicy> end{found, memory_};
    const std::size_t destroyed = end.run(has_flag(debug_, gc_debug::saveall) ? &garbage_ : nullptr);
    stats_.collected += destroyed;
    stats_.finalized += end.finalized();
    stats_.resurrected += end.resurrected();
    return destroyed;
  }

  /// Checks the structures of the heap that a collection uses.
  void check() const noexcept {
    candidates_.check();
    check_whole(destructions<RefcountPolicy>, "destruction_queue");
    check_whole(weak_table<RefcountPolicy>{}, "weak_table");
    check_whole(*current_pool_heap, "pool_heap");
  }

  void call(const gc_info& info) noexcept {
    if (callbacks_ != nullptr) callbacks_->call(info);
  }

  OURO_SHARED_STATE static constinit thread_local cycle_collector local_;
  OURO_SHARED_STATE static constinit cycle_collector shared_;

  [[no_unique_address]] std::conditional_t<is_shared, static_mutex, no_mutex> mutex_{};  ///< guards `candidates_`
  std::conditional_t<is_shared, shared_turn, local_turn> turn_{};
  trigger trigger_{};
  generations<RefcountPolicy> candidates_{};
  trial_memory memory_{};
  gc_stats stats_{};
  generation_stats by_generation_[2]{};
  raw_array<header_type*> garbage_{};
  gc_debug debug_ = gc_debug::none;
  callbacks_type* callbacks_ = nullptr;  ///< owned; made when first asked for
  bool has_shut_down_ = false;
};

template <class RefcountPolicy, class CollectorPolicy>
constinit thread_local cycle_collector<RefcountPolicy, CollectorPolicy>
    cycle_collector<RefcountPolicy, CollectorPolicy>::local_{};

template <class RefcountPolicy, class CollectorPolicy>
constinit cycle_collector<RefcountPolicy, CollectorPolicy> cycle_collector<RefcountPolicy, CollectorPolicy>::shared_{};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
