#pragma once
/// \file
/// The state of trial deletion for one refcount policy: candidates, trigger, statistics, and the passes of a
/// collection.

#include <ouro/collector/candidate_buffer.hpp>
#include <ouro/collector/gc_callbacks.hpp>
#include <ouro/collector/gc_stats.hpp>
#include <ouro/collector/teardown.hpp>
#include <ouro/collector/trial.hpp>
#include <ouro/collector/trigger.hpp>
#include <ouro/config.hpp>
#include <ouro/object/dying_queue.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/hooks.hpp>
#include <ouro/object/weak_record.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <type_traits>

namespace ouro::detail {

/// With `local_refcount` every thread has one, which collects by itself. With a thread-safe policy all threads share
/// one: its candidate buffer has a lock, and a collection, which must have all objects to itself, runs only when it is
/// called for, at a moment when the program knows that no other thread uses them.
template <class RefcountPolicy, class CollectorPolicy>
class cycle_collector {
 public:
  using header_type = header<RefcountPolicy>;
  static constexpr bool is_shared = RefcountPolicy::is_thread_safe;

  /// The calling thread's collector, or the one that all threads share.
  [[nodiscard]] static cycle_collector& current() noexcept {
    if constexpr (is_shared) {
      return shared_;
    } else {
      return local_;
    }
  }

  [[nodiscard]] bool suspect(header_type& object) noexcept {
    const std::lock_guard lock{mutex_};
    if (is_closed_) return false;
    if constexpr (is_shared) {
      // Another thread may have been faster.
      if (count_word::is_quiet(object.load_count())) return true;
    } else if (candidates_.slots() == 0) {
      lease();
    }
    if (!candidates_.enter(object)) return false;
    object.set_quiet();
    trigger_.count_candidate();
    return true;
  }

  std::uint32_t forget(header_type& object) noexcept {
    const std::lock_guard lock{mutex_};
    return candidates_.leave(object);
  }

  [[nodiscard]] std::uint32_t info(header_type& object) noexcept {
    const std::lock_guard lock{mutex_};
    const std::uint32_t word = object.load_info();
    return info_word::is_listed(word) ? candidates_.info(object) : word;
  }

  void add_flags(header_type& object, std::uint32_t bits) noexcept {
    const std::lock_guard lock{mutex_};
    if (info_word::is_listed(object.load_info())) {
      candidates_.info(object) |= bits;
    } else {
      object.set_info(bits);
    }
  }

  OURO_ALWAYS_INLINE void before_make() noexcept {
    if constexpr (!is_shared) {
      if (trigger_.count_allocation()) [[unlikely]]
        collect_automatically();
    }
  }

  /// Destroys all garbage. Returns the number of objects; 0, and nothing happens, when called from a destructor, a
  /// finalizer, a callback or a trace.
  std::size_t collect() noexcept { return is_busy() ? 0 : collect(false); }

  /// Candidates that wait for the next collection.
  [[nodiscard]] std::size_t count() const noexcept { return candidates_.size(); }

  [[nodiscard]] trigger& schedule() noexcept { return trigger_; }
  [[nodiscard]] const gc_stats& stats() const noexcept { return stats_; }

  /// \throws std::bad_alloc
  [[nodiscard]] gc_callbacks& callbacks() {
    if (callbacks_ == nullptr) {
      if constexpr (!is_shared) lease();
      callbacks_ = new gc_callbacks;
    }
    return *callbacks_;
  }

 private:
  /// A destructor may leave new garbage behind, and its destructors again: after so many passes, the rest is for next
  /// time.
  static constexpr std::size_t most_passes = 8;
  static constexpr std::size_t first_batch = 1024;                  ///< candidates
  static constexpr std::size_t kept_memory = std::size_t{1} << 16;  ///< visits; more is freed after a collection

  /// Ends a thread's collector with the thread.
  struct thread_end {
    thread_end() noexcept = default;
    thread_end(const thread_end&) = delete;
    thread_end& operator=(const thread_end&) = delete;
    ~thread_end() { local_.close(); }
  };

  static void lease() noexcept {
    static thread_local const thread_end end;
    static_cast<void>(end);
  }

  /// Collects for the last time. Pointers that are dropped later than this are counted, and no more.
  void close() noexcept {
    collect();
    for (std::size_t slot = 0; slot < candidates_.slots(); ++slot) {
      if (header_type* const left = candidates_.at(slot); left != nullptr) candidates_.leave(*left);
    }
    is_closed_ = true;
    candidates_.release();
    memory_.release();
    delete callbacks_;
    callbacks_ = nullptr;
  }

  [[nodiscard]] bool is_busy() const noexcept {
    return is_collecting_ || is_closed_ || trace_is_running || dying<RefcountPolicy>.is_destroying() ||
           weak_table<RefcountPolicy>::is_running_callbacks();
  }

  OURO_NOINLINE void collect_automatically() noexcept {
    if (!trigger_.is_enabled() || is_busy() || candidates_.size() == 0) {
      trigger_.restart(0);
      return;
    }
    collect(true);
  }

  std::size_t collect(bool automatic) noexcept {
    is_collecting_ = true;
    check_whole(candidates_, "candidate_buffer");
    const gc_stats before = stats_;
    call({gc_phase::start, automatic, 0, 0});
    for (std::size_t pass = 0; pass != (automatic ? 1 : most_passes); ++pass) {
      if (run_pass() == 0) break;
    }
    const std::size_t collected = stats_.collected - before.collected;
    const std::size_t examined = stats_.examined - before.examined;
    ++stats_.collections;
    stats_.automatic_collections += automatic ? 1 : 0;
    trigger_.restart(examined - collected);
    if (memory_.visits.capacity > kept_memory) memory_.release();
    call({gc_phase::stop, automatic, collected, examined});
    is_collecting_ = false;
    weak_table<RefcountPolicy>::run_callbacks();
    return collected;
  }

  /// Looks at every candidate of this moment, in batches: later batches find in the cache what earlier ones brought
  /// there, and what was proven alive is not walked again for each candidate in it.
  std::size_t run_pass() noexcept {
    const std::size_t slots = candidates_.slots();
    std::size_t collected = 0;
    std::size_t batch = first_batch;
    for (std::size_t slot = 0; slot < slots && slot < candidates_.slots();) {
      const std::size_t found = run_batch(slot, slots, batch);
      collected += found;
      // Walks over what is alive overlap: fewer and larger ones look at less.
      if (found == 0) batch *= 8;
    }
    candidates_.close_up();
    check_whole(candidates_, "candidate_buffer");
    return collected;
  }

  /// Takes up to `batch` candidates from `slot` on, and moves `slot` behind them.
  std::size_t run_batch(std::size_t& slot, std::size_t slots, std::size_t batch) noexcept {
    trial<RefcountPolicy> found{memory_, candidates_};
    for (; batch != 0 && slot < slots && slot < candidates_.slots(); ++slot) {
      header_type* const candidate = candidates_.at(slot);
      // One whose constructor is still running cannot be looked into yet.
      if (candidate == nullptr || (candidates_.info(*candidate) & info_word::unborn) != 0) continue;
      candidates_.leave(*candidate);
      ++stats_.candidates;
      --batch;
      if (!found.add_root(*candidate)) return_to_buffer(*candidate);
    }
    found.run();
    stats_.examined += memory_.visits.size;
    stats_.over_reported += found.over_reported();
    if (!found.is_decided()) {
      ++stats_.abandoned;
      for (std::size_t i = 0; i != found.roots(); ++i) return_to_buffer(*memory_.visits.items[i].object);
      return 0;
    }
    if (found.garbage() == 0) return 0;
    teardown<RefcountPolicy, CollectorPolicy> end{found, memory_};
    const std::size_t destroyed = end.run();
    stats_.collected += destroyed;
    stats_.finalized += end.finalized();
    stats_.resurrected += end.resurrected();
    return destroyed;
  }

  /// For a later collection. Where memory is exhausted the object stays unlisted and not quiet: its next drop tries
  /// again.
  void return_to_buffer(header_type& object) noexcept {
    object.clear_quiet();
    if (candidates_.enter(object)) object.set_quiet();
  }

  void call(const gc_info& info) noexcept {
    if (callbacks_ != nullptr) callbacks_->call(info);
  }

  OURO_SHARED_STATE static constinit thread_local cycle_collector local_;
  OURO_SHARED_STATE static constinit cycle_collector shared_;

  [[no_unique_address]] std::conditional_t<is_shared, std::mutex, no_mutex> mutex_{};  ///< guards `candidates_`
  trigger trigger_{};
  candidate_buffer<RefcountPolicy> candidates_{};
  trial_memory<RefcountPolicy> memory_{};
  gc_stats stats_{};
  gc_callbacks* callbacks_ = nullptr;  ///< owned; made when first asked for
  bool is_collecting_ = false;
  bool is_closed_ = false;
};

template <class RefcountPolicy, class CollectorPolicy>
constinit thread_local cycle_collector<RefcountPolicy, CollectorPolicy>
    cycle_collector<RefcountPolicy, CollectorPolicy>::local_{};

template <class RefcountPolicy, class CollectorPolicy>
constinit cycle_collector<RefcountPolicy, CollectorPolicy> cycle_collector<RefcountPolicy, CollectorPolicy>::shared_{};

}  // namespace ouro::detail
