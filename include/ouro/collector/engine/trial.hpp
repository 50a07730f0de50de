#pragma once
/// \file
/// Trial deletion: finds the garbage among the objects that candidate roots reach.
///
/// Bacon and Rajan, "Concurrent Cycle Collection in Reference Counted Systems", ECOOP 2001, section 3, in three phases:
/// 1. `mark_gray` walks from the roots over all edges, and lowers the count of each target. Then each gray object has
/// the
///    number of its external references in place of its count.
/// 2. `scan_black` (live_scan.hpp) marks the objects with external references, and all that they reach, as alive. It is
///    left out where all objects have external references, or none has any: mark_gray counts those without.
/// 3. The counts of the live objects are put back. The other objects are garbage, for teardown.hpp.
///
/// A collector that tracks all objects (generational.hpp) has all objects of a generation in the worklist from the
/// beginning, as CPython has (Neil Schemenauer's gcmodule.c). Edges from other objects count as external references.
///
/// The worklist of the breadth-first walk keeps the original counts, so that one pass puts them back. While it is
/// short, the edges are kept too, so that they can be severed without a further walk. A walk that turns out long takes
/// all other candidates along in the order of their entry, so that live objects are not walked once for each candidate.
/// O(objects + edges reached), no recursion; 16 bytes of worklist per object, 24 where scan_black runs.

#include <ouro/base/diagnostics.hpp>
#include <ouro/base/raw_array.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/engine/live_scan.hpp>
#include <ouro/collector/engine/trace_guard.hpp>
#include <ouro/collector/engine/trace_worklist.hpp>
#include <ouro/collector/engine/trial_memory.hpp>
#include <ouro/collector/generations.hpp>
#include <ouro/config.hpp>
#include <ouro/heap/adapters/walkable_pools.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/trace/edge_sink.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// What a trial knows of the objects in its worklist.
enum class trial_outcome : std::uint8_t {
  undecided,    ///< nothing: a trace threw or changed its answer, or memory or the budget was exhausted
  all_garbage,  ///< no object has external references
  decided       ///< the first `garbage()` objects are garbage, the others are alive
};

template <class RefcountPolicy, class CollectorPolicy>
class trial {
 public:
  using header_type = header<RefcountPolicy>;

  /// `minor`: edges to old objects are not followed.
  trial(trial_memory& kept, generations<RefcountPolicy>& candidates, bool minor) noexcept
      : worklist_{kept.worklist},
        edges_{kept.edges},
        queue_{kept.queue},
        audit_{kept.audit},
        candidates_{candidates},
        is_minor_{minor} {
    worklist_.size = 0;
  }

  /// Takes candidates out of their buffer until `batch` objects are reached from them or no candidate is left, and
  /// finds the garbage among the objects. If the last of these candidates leads far, takes all candidates that are
  /// left.
  /// \post `worklist[0, garbage())` are garbage: gray, with the number of external references in place of the count.
  /// The other objects are alive and old, with their counts; if the trial is not minor, they are candidates no more.
  void run(std::size_t batch) noexcept {
    batch_ = batch;
    zero_external_ = 0;
    decide(mark_gray<true>());
  }

  /// `run` for one candidate, if no more than `most` objects are reached from it. If there are more, the reached
  /// objects are treated as alive, and left to a full collection.
  void run_slice(std::size_t most) noexcept {
    most_entries_ = most;
    zero_external_ = 0;
    take_roots(1);
    decide(mark_gray<true>());
  }

  /// `run` for all tracked objects of the generations that are swept: no more than `most`, in tables and in pools.
  /// \post as that of `run`, but the live objects are tracked again, as old
  void run_on_all(std::size_t most) noexcept {
    zero_external_ = 0;
    has_memory_ = worklist_.reserve(most) && candidates_.reserve_for_return();
    if (has_memory_) {
      take_roots(std::numeric_limits<std::size_t>::max());
      if constexpr (walks_pools<CollectorPolicy, RefcountPolicy>) {
        if (!is_minor_) add_heap_walkable();
      }
    }
    candidates_.end_sweep(is_minor_);
    decide(has_memory_ && mark_gray<false>());
  }

  /// In the worklist of `run_again`, the count of an object that finalizers have left without pointers. It has the
  /// `suspect_on_drop` bit, which no other count has there.
  static constexpr std::uint32_t without_pointers = count_word::suspect_on_drop | 1;

  /// Decides again over the objects in the worklist, without following edges to others. \pre they are gray, and without
  /// `suspect_on_drop`
  void run_again() noexcept {
    zero_external_ = 0;
    each([this](worklist_entry& seen) {
      header_type& object = object_of(seen);
      seen.count = object.load_count();
      RefcountPolicy::store(object.count, count_word::strong(seen.count));
      if (seen.count != count_word::none) return;
      ++zero_external_;
      seen.count = without_pointers;
    });
    decide(mark_gray<false>());
  }

  [[nodiscard]] trial_outcome outcome() const noexcept { return outcome_; }

  [[nodiscard]] std::size_t candidates_taken() const noexcept { return candidates_taken_; }
  [[nodiscard]] std::size_t promoted() const noexcept { return promoted_; }
  [[nodiscard]] std::size_t garbage() const noexcept { return garbage_; }
  [[nodiscard]] std::size_t over_reported() const noexcept { return over_reported_; }

  /// Whether the edges of all garbage were kept.
  [[nodiscard]] bool has_edges() const noexcept { return has_edges_; }

  /// Whether all edges lead to objects in the worklist.
  [[nodiscard]] bool has_no_outgoing_edges() const noexcept { return has_no_outgoing_edges_; }

  /// Whether any object in the worklist has a `finalize`.
  [[nodiscard]] bool has_finalizers() const noexcept { return has_finalizers_; }

 private:
  static constexpr std::uint32_t not_traceable = info_word::unborn | info_word::dead;
  static constexpr std::size_t long_walk = 4;                      ///< batches
  static constexpr std::size_t most_edges = std::size_t{1} << 16;  ///< kept: as many as stay in the cache
  static constexpr std::uint32_t is_alive =
      count_word::immortal;  ///< in the count of a worklist entry: no object there is immortal

  [[nodiscard]] static header_type& object_of(const worklist_entry& seen) noexcept {
    return *static_cast<header_type*>(seen.header);
  }

  /// Makes the object gray. False, and nothing has changed, when memory is exhausted.
  [[nodiscard]] bool add_to_worklist(header_type& object, std::uint32_t count, std::uint32_t info) noexcept {
    if (!worklist_.push({&object, count, 0})) return false;
    RefcountPolicy::store(object.count, count_word::pointers(count));
    RefcountPolicy::store(object.info, info | info_word::gray);
    return true;
  }

  /// Takes candidates out of their buffer. \post they are in the worklist, but for those that no trial may look at
  void take_roots(std::size_t wanted) noexcept {
    for (; wanted != 0; --wanted) {
      const auto [root, info] = candidates_.next();
      if (root == nullptr) return;
      ++candidates_taken_;
      const std::uint32_t count = root->load_count();
      if (count_word::is_immortal(count) || (info & not_traceable) != 0) {
        RefcountPolicy::store(root->info, info);
      } else if (!add_to_worklist(*root, count, info)) {
        RefcountPolicy::store(root->info, info);
        has_memory_ = false;
        return return_to_buffer(*root);
      }
    }
  }

  void add_heap_walkable() noexcept {
    walkable_pools<RefcountPolicy>::each([this](header_type& object) {
      const std::uint32_t count = object.load_count();
      const std::uint32_t info = object.load_info();
      if (count_word::is_immortal(count) || (info & info_word::frozen) != 0) return;
      static_cast<void>(add_to_worklist(object, count, info));  // there is room
    });
  }

  /// Lowers the count of each object in the worklist by the edges that lead to it from there. `Widen`: adds the targets
  /// of edges to the worklist. False when nothing can be decided.
  /// \pre objects in the worklist are gray and have their numbers of pointers in place of their counts
  /// \post they have their numbers of external references there; `zero_external_` of them have none
  template <bool Widen>
  [[nodiscard]] bool mark_gray() noexcept {
    const trace_guard guard;
    edges_.size = 0;
    has_no_outgoing_edges_ = true;
    edge_sink sink{&subtract<Widen>, this};
    sink_ = &sink;
    keep_edges();
    for (std::size_t i = 0;;) {
      if (Widen && i + prefetch_distance > worklist_.size && worklist_.size < batch_) take_roots(2 * prefetch_distance);
      if (i == worklist_.size) sink.flush();
      if (worklist_.size > most_entries_) [[unlikely]]
        return false;  // and nothing is decided
      if (i == worklist_.size || !has_memory_) return has_memory_;
      if (Widen && batch_ != 0 && worklist_.size > batch_ * long_walk)
        take_roots(batch_ = std::numeric_limits<std::size_t>::max());
      const std::uint32_t type = info_word::type(object_of(worklist_.items[i]).load_info());
      const type_record& record = registered_types[type];
      if (record.finalize != nullptr) has_finalizers_ = true;
      if (audit_.is_due(type)) [[unlikely]] {
        if (!trace_audited(i, type, record, sink)) return false;
      } else {
        const std::size_t first = i;
        if (!trace_some(worklist_.items, i, i + audit_.at_most(worklist_.size - i), record, sink)) return false;
        audit_.count_traced(i - first);
      }
    }
  }

  /// Traces one object, and checks its edges. False if the trace is found to be wrong, or throws: then the edges that
  /// other objects of the type have reported are not to be trusted either.
  [[nodiscard]] OURO_NOINLINE bool trace_audited(std::size_t& i, std::uint32_t type, const type_record& record,
                                                 edge_sink& sink) noexcept {
    header_type& object = object_of(worklist_.items[i]);
    if (trace_audit::is_wrong(type)) {
      hold(object);
      return trace_some(worklist_.items, i, i + 1, record, sink);
    }
    if (audit_.trace(worklist_.items, i, object.object(), type, record, sink)) return true;
    if (trace_audit::is_wrong(type)) ++over_reported_;
    return false;
  }

  /// Gives the object external references, although the counts do not show any, so that it is kept.
  void hold(header_type& object) noexcept {
    ++over_reported_;
    if (object.load_count() == 0) --zero_external_;
    RefcountPolicy::store(object.count, count_word::immortal);
  }

  template <bool Widen>
  static void subtract(void* context, edge* first, edge* last) {
    auto& self = *static_cast<trial*>(context);
    if (!self.has_memory_) return;
    if (self.candidates_.size() != 0) {
      for (const edge* at = first; at != last; ++at) self.candidates_.fetch(*static_cast<header_type*>(at->target));
    }
    const auto flushed = static_cast<std::size_t>(last - first);
    for (; first != last; ++first) {
      if (self.template subtract_one<Widen>(*static_cast<header_type*>(first->target))) continue;
      first->slot = nullptr;
      self.has_no_outgoing_edges_ = false;
    }
    if (!self.has_edges_) return;
    self.edges_.size += flushed;
    self.keep_edges();
  }

  /// Makes the sink write the next edges behind those that are kept, until they are too many.
  void keep_edges() noexcept {
    has_edges_ = edges_.size < most_edges && edges_.reserve(edges_.size + edge_sink::capacity);
    if (has_edges_) sink_->write_to(edges_.items + edges_.size);
  }

  /// Subtracts an edge from the count of its target. Returns whether the target is in the worklist.
  template <bool Widen>
  OURO_ALWAYS_INLINE bool subtract_one(header_type& target) noexcept {
    const std::uint32_t word = target.load_info();
    if ((word & (info_word::buffered | info_word::gray)) != info_word::gray) {
      if (!Widen || !widen(target, target.load_count(), word)) return false;
    }
    const std::uint32_t external_refs = target.load_count();
    if (external_refs == 0) [[unlikely]] {
      keep_over_reported(target);
      return true;
    }
    RefcountPolicy::store(target.count, external_refs - 1);
    if (external_refs == 1) ++zero_external_;
    return true;
  }

  /// Adds the target of its first edge to the worklist. Returns whether the trial may look at it.
  [[nodiscard]] bool widen(header_type& target, std::uint32_t count, std::uint32_t word) noexcept {
    if (count_word::is_immortal(count)) return false;
    const bool is_buffered = info_word::is_buffered(word);
    if (is_minor_ && (word & (is_buffered ? info_word::buffered_as_old : info_word::old)) != 0) return false;
    const std::uint32_t info = is_buffered ? candidates_.info(target) : word;
    if ((info & info_word::tracked) == 0 || (info & (not_traceable | info_word::frozen)) != 0) return false;
    if (is_buffered) candidates_.leave(target);
    if (add_to_worklist(target, count, info)) return true;
    has_memory_ = false;
    if (is_buffered) return_to_buffer(target);
    return false;
  }

  /// More edges were reported to the object than it has pointers, so that counts cannot prove it garbage.
  OURO_NOINLINE void keep_over_reported(header_type& target) {
    if constexpr (check_level >= 1)
      misuse("a trace reported an edge twice, or one it does not own, to an object",
             record_of(target.load_info()).name);
    hold(target);
  }

  /// The phases after `mark_gray`, which has returned `is_marked`. \post that of `run`
  void decide(bool is_marked) noexcept {
    garbage_ = 0;
    outcome_ = is_marked ? trial_outcome::decided : trial_outcome::undecided;
    if (is_marked && zero_external_ == worklist_.size) {
      outcome_ = trial_outcome::all_garbage;
      garbage_ = worklist_.size;
      return;
    }
    std::size_t alive_edges = 0;
    if (is_marked && zero_external_ != 0) {
      live_scan<RefcountPolicy> living{worklist_, queue_, zero_external_};
      if (!living.scan_black()) outcome_ = trial_outcome::undecided;
      zero_external_ = living.zero_external();
      alive_edges = living.alive_edges();
    }
    if (outcome_ == trial_outcome::undecided) {
      if (worklist_.size > most_entries_) {
        // Candidates must stay candidates, whatever their age: nothing is known of them.
        is_minor_ = true;
        each([this](const worklist_entry& seen) { restore_live(seen); });
      } else {
        each([this](const worklist_entry& seen) { restore(seen); });
      }
    } else if (zero_external_ == 0) {
      each([this](const worklist_entry& seen) { restore_live(seen); });
    } else {
      restore_live_and_gather(alive_edges);
    }
  }

  /// Restores the live objects, and moves the garbage and its edges to the front. `alive_edges`: the edges that live
  /// objects have reported to scan_black
  void restore_live_and_gather(std::size_t alive_edges) noexcept {
    std::size_t edges = 0;
    each([&](worklist_entry& seen) {
      if ((object_of(seen).load_info() & info_word::alive) == 0) return;
      restore_live(seen);
      seen.count |= is_alive;
      edges += seen.edges;
    });
    if (edges == alive_edges) {
      gather_garbage();
    } else {
      // A trace has not reported as many edges as before, so that no subtraction is to be trusted.
      outcome_ = trial_outcome::undecided;
      each([this](const worklist_entry& seen) {
        if ((seen.count & is_alive) == 0) {
          restore(seen);
        } else if (!tracks_all<CollectorPolicy> && !is_minor_ && !count_word::is_suspect_on_drop(seen.count)) {
          return_to_buffer(object_of(seen));
        }
      });
    }
  }

  void gather_garbage() noexcept {
    edge* kept = edges_.items;
    const edge* row = edges_.items;
    for (std::size_t i = 0; i != worklist_.size; ++i) {
      const worklist_entry each = worklist_.items[i];
      if ((each.count & is_alive) == 0) {
        worklist_.items[garbage_++] = each;
        if (has_edges_) {
          for (std::uint32_t at = 0; at != each.edges; ++at) *kept++ = row[at];
        }
      }
      if (has_edges_) row += each.edges;
    }
    edges_.size = static_cast<std::size_t>(kept - edges_.items);
  }

  /// Puts the count of a live object back, and makes it old.
  void restore_live(const worklist_entry& seen) noexcept {
    header_type& object = object_of(seen);
    const std::uint32_t info = object.load_info();
    if ((info & info_word::old) == 0) ++promoted_;
    const std::uint32_t aged = (info & ~(info_word::gray | info_word::alive)) | info_word::old;
    RefcountPolicy::store(object.info, aged);
    RefcountPolicy::store(object.count, restored(seen));
    if (tracks_all<CollectorPolicy> ? !info_word::is_found_by_walk(aged)
                                    : is_minor_ && !count_word::is_suspect_on_drop(seen.count)) {
      return_to_buffer(object);
    }
  }

  /// Puts an object back as it was before the trial.
  void restore(const worklist_entry& seen) noexcept {
    header_type& object = object_of(seen);
    const std::uint32_t info = object.load_info() & ~(info_word::gray | info_word::alive);
    RefcountPolicy::store(object.info, info);
    RefcountPolicy::store(object.count, restored(seen));
    if (tracks_all<CollectorPolicy> ? !info_word::is_found_by_walk(info) : !count_word::is_suspect_on_drop(seen.count))
      return_to_buffer(object);
  }

  /// The count of the object after the trial: with `suspect_on_drop`, since it is not in a root buffer.
  [[nodiscard]] static std::uint32_t restored(const worklist_entry& seen) noexcept {
    return tracks_all<CollectorPolicy> ? seen.count : count_word::with_suspect_on_drop(seen.count);
  }

  /// Where memory is exhausted, the object keeps its `suspect_on_drop` bit: its next drop tries again.
  void return_to_buffer(header_type& candidate) noexcept {
    if constexpr (tracks_all<CollectorPolicy>) {
      static_cast<void>(candidates_.enter(candidate));  // there is room
    } else {
      candidate.set_suspect_on_drop();
      if (candidates_.enter(candidate)) candidate.clear_suspect_on_drop();
    }
  }

  template <class Do>
  void each(Do what) noexcept {
    for (std::size_t i = 0; i != worklist_.size; ++i) {
      fetch_ahead(worklist_.items, i, worklist_.size);
      what(worklist_.items[i]);
    }
  }

  raw_array<worklist_entry>& worklist_;
  raw_array<edge>& edges_;
  raw_array<worklist_entry>& queue_;
  trace_audit& audit_;
  generations<RefcountPolicy>& candidates_;
  edge_sink* sink_ = nullptr;  ///< of mark_gray
  std::size_t batch_ = 0;      ///< objects; 0: there is one candidate
  std::size_t most_entries_ = std::numeric_limits<std::size_t>::max();
  std::size_t candidates_taken_ = 0;
  std::size_t promoted_ = 0;
  std::size_t garbage_ = 0;
  std::size_t zero_external_ = 0;  ///< objects in the worklist without external references, as far as is known
  std::size_t over_reported_ = 0;
  bool is_minor_;
  bool has_edges_ = false;
  bool has_finalizers_ = false;
  bool has_memory_ = true;
  bool has_no_outgoing_edges_ = false;
  trial_outcome outcome_ = trial_outcome::undecided;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
