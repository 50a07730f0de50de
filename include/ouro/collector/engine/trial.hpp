#pragma once
/// \file
/// Trial deletion: which of the objects that some candidates reach are garbage.
///
/// Bacon and Rajan, "Concurrent Cycle Collection in Reference Counted Systems", ECOOP 2001, section 3: the counts of
/// all that is reached are lowered by the edges inside it. What is left of a count then stems from outside; objects
/// with such a rest, and all that they reach, are alive; the others are garbage.
///
/// Where a collector tracks all objects, nothing is reached: all objects of a generation are looked at, as in CPython
/// (Neil Schemenauer's gcmodule.c), and what leads in from others counts as a reference from outside.
///
/// Here the worklist of the breadth-first walk keeps the original counts, so that one pass over it puts them back, and,
/// while it is short, the edges, so that they can be severed without a second walk. Objects without a rest are counted
/// as they come: where that is all of them or none, the answer is there after one walk. A walk that turns out long
/// takes all other candidates along in the order of their entry, so that nothing alive is walked once for each of them.
/// O(objects + edges reached), no recursion; 16 bytes of worklist per object, 24 where garbage and living mix.

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

template <class RefcountPolicy, class CollectorPolicy>
class trial {
 public:
  using header_type = header<RefcountPolicy>;

  /// `minor`: does not walk into old objects.
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
  /// finds the garbage among the objects. Where the last of these candidates leads far, it takes all that are left.
  /// \post `worklist[0, garbage())` are the garbage: still marked as reached, with the rests in place of the counts.
  /// The others are alive, and old from now on; if the trial is not minor, they are no candidates any more.
  void run(std::size_t batch) noexcept {
    batch_ = batch;
    zero_external_ = 0;
    decide(mark_gray<true>());
  }

  /// The same for one candidate, if no more than `most` objects are reached from it. If there are more, those that were
  /// reached are taken for alive, and so left to a full collection.
  void run_slice(std::size_t most) noexcept {
    most_entries_ = most;
    zero_external_ = 0;
    take_roots(1);
    decide(mark_gray<true>());
  }

  /// The same for all that is tracked in the generations that are swept: no more than `most`, in tables and in pools.
  /// \post as `run`, but that the others are tracked again, as old
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

  /// What a visit has in place of the count of an object that finalizers have left without pointers: one loud pointer,
  /// where all others of `run_again` are quiet. Nobody is left to drop it.
  static constexpr std::uint32_t without_pointers = count_word::suspect_on_drop | 1;

  /// Decides again over the objects in `worklist` alone, without looking further. \pre they are marked as reached, and
  /// quiet
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

  /// False when a trace threw or changed its mind, or when memory ran out: then nothing is garbage.
  [[nodiscard]] bool is_decided() const noexcept { return is_decided_; }

  [[nodiscard]] std::size_t candidates_taken() const noexcept { return candidates_taken_; }
  [[nodiscard]] std::size_t promoted() const noexcept { return promoted_; }
  [[nodiscard]] std::size_t garbage() const noexcept { return garbage_; }
  [[nodiscard]] std::size_t over_reported() const noexcept { return over_reported_; }

  /// Whether the trial's memory has the edges of all garbage.
  [[nodiscard]] bool has_edges() const noexcept { return has_edges_; }

  /// Whether nothing alive was reached.
  [[nodiscard]] bool is_all_garbage() const noexcept { return is_all_garbage_; }

  /// Whether no edge leads out of what was reached, to what a trial does not look at.
  [[nodiscard]] bool has_no_outgoing_edges() const noexcept { return has_no_outgoing_edges_; }

  /// Whether any object reached has a `finalize`.
  [[nodiscard]] bool has_finalizers() const noexcept { return has_finalizers_; }

 private:
  static constexpr std::uint32_t not_traceable = info_word::unborn | info_word::dead;
  static constexpr std::size_t long_walk = 4;                      ///< batches
  static constexpr std::size_t most_edges = std::size_t{1} << 16;  ///< kept: as many as stay in the cache
  static constexpr std::uint32_t is_alive = count_word::immortal;  ///< in the count of a visit: none is immortal

  [[nodiscard]] static header_type& object_of(const worklist_entry& seen) noexcept {
    return *static_cast<header_type*>(seen.header);
  }

  [[nodiscard]] bool add_to_worklist(header_type& object, std::uint32_t count, std::uint32_t info) noexcept {
    if (!worklist_.push({&object, count, 0})) return false;
    RefcountPolicy::store(object.count, count_word::pointers(count));
    RefcountPolicy::store(object.info, info | info_word::gray);
    return true;
  }

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

  /// Lowers the counts of all that is reached by the edges inside it. `Widen`: reaches what the edges lead to.
  /// \post counts hold references from outside alone
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

  /// Traces one object, and looks at its edges. False if the trace is found to be wrong, or throws: what other objects
  /// of the type have reported so far is not to be trusted.
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

  /// Has the object count as held from outside, although no count of edges shows that.
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

  /// Has the sink write the next edges behind those that are kept, until they are too many.
  void keep_edges() noexcept {
    has_edges_ = edges_.size < most_edges && edges_.reserve(edges_.size + edge_sink::capacity);
    if (has_edges_) sink_->write_to(edges_.items + edges_.size);
  }

  /// Returns whether the target is one of the objects reached.
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

  /// Reaches an object over its first edge. Returns whether it is one for the collection to look at.
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

  /// More edges lead to the object than it has pointers: no count of edges proves it garbage.
  OURO_NOINLINE void keep_over_reported(header_type& target) {
    if constexpr (check_level >= 1)
      misuse("a trace reported an edge twice, or one it does not own, to an object",
             record_of(target.load_info()).name);
    hold(target);
  }

  void decide(bool is_marked) noexcept {
    garbage_ = 0;
    is_decided_ = is_marked;
    is_all_garbage_ = is_marked && zero_external_ == worklist_.size;
    if (is_all_garbage_) {
      garbage_ = worklist_.size;
      return;
    }
    std::size_t alive_edges = 0;
    if (is_marked && zero_external_ != 0) {
      live_scan<RefcountPolicy> living{worklist_, queue_, zero_external_};
      is_decided_ = living.scan_black();
      zero_external_ = living.zero_external();
      alive_edges = living.alive_edges();
    }
    if (!is_decided_ && worklist_.size > most_entries_) {
      // Those that are candidates must stay so, whatever their age: nothing is known of them.
      const bool was_minor = std::exchange(is_minor_, true);
      each([this](const worklist_entry& seen) { restore_live(seen); });
      is_minor_ = was_minor;
    } else if (!is_decided_) {
      each([this](const worklist_entry& seen) { restore(seen); });
    } else if (zero_external_ == 0) {
      each([this](const worklist_entry& seen) { restore_live(seen); });
    } else {
      restore_live_and_gather(alive_edges);
    }
  }

  /// Spares what is alive, and moves the garbage and its edges to the front. `alive_edges`: of the living, counted
  /// again
  void restore_live_and_gather(std::size_t alive_edges) noexcept {
    std::size_t edges = 0;
    each([&](worklist_entry& seen) {
      if ((object_of(seen).load_info() & info_word::alive) == 0) return;
      restore_live(seen);
      seen.count |= is_alive;
      edges += seen.edges;
    });
    // A trace that did not report as many edges as before leaves no subtraction to be trusted.
    is_decided_ = edges == alive_edges;
    if (is_decided_) {
      gather_garbage();
    } else {
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

  /// Puts the count of an object back that is alive, and lets it age.
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

  /// Puts an object back as it was.
  void restore(const worklist_entry& seen) noexcept {
    header_type& object = object_of(seen);
    const std::uint32_t info = object.load_info() & ~(info_word::gray | info_word::alive);
    RefcountPolicy::store(object.info, info);
    RefcountPolicy::store(object.count, restored(seen));
    if (tracks_all<CollectorPolicy> ? !info_word::is_found_by_walk(info) : !count_word::is_suspect_on_drop(seen.count))
      return_to_buffer(object);
  }

  /// The count that the object has in the end: of what is no candidate any more, loud.
  [[nodiscard]] static std::uint32_t restored(const worklist_entry& seen) noexcept {
    return tracks_all<CollectorPolicy> ? seen.count : count_word::with_suspect_on_drop(seen.count);
  }

  /// Where memory is exhausted the object stays not buffered and not quiet: its next drop tries again.
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
  edge_sink* sink_ = nullptr;  ///< of the walk that subtracts
  std::size_t batch_ = 0;      ///< objects; 0: there is one candidate
  std::size_t most_entries_ = std::numeric_limits<std::size_t>::max();
  std::size_t candidates_taken_ = 0;
  std::size_t promoted_ = 0;
  std::size_t garbage_ = 0;
  std::size_t zero_external_ = 0;  ///< objects that only the others lead to, as far as is known
  std::size_t over_reported_ = 0;
  bool is_minor_;
  bool has_edges_ = false;
  bool has_finalizers_ = false;
  bool has_memory_ = true;
  bool is_decided_ = false;
  bool is_all_garbage_ = false;
  bool has_no_outgoing_edges_ = false;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
