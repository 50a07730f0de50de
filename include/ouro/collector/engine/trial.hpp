#pragma once
/// \file
/// Trial deletion: decides which objects of the worklist are garbage.
///
/// Bacon and Rajan, "Concurrent Cycle Collection in Reference Counted Systems", ECOOP 2001, section 3, in three phases:
/// 1. mark_gray (gray_walk.hpp) walks over the edges of the objects, and lowers the count of each target. Then each
///    gray object has the number of its external references in place of its count.
/// 2. scan_black (live_scan.hpp) marks the objects with external references, and all that they reach, as alive. It is
///    left out where all objects have external references, or none has any: mark_gray counts those without.
/// 3. The counts of the live objects are put back. The other objects are garbage, for teardown.hpp.
///
/// The worklist keeps the original counts, so that one pass puts them back. O(objects + edges reached), no recursion;
/// 16 bytes of worklist per object, 24 where scan_black runs.

#include <ouro/base/raw_array.hpp>
#include <ouro/collector/engine/gray_walk.hpp>
#include <ouro/collector/engine/live_scan.hpp>
#include <ouro/collector/engine/trial_memory.hpp>
#include <ouro/collector/engine/worklist.hpp>
#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/trace/edge_sink.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// What a trial knows of the objects in its worklist.
enum class trial_outcome : std::uint8_t {
  undecided,    ///< nothing: a trace threw or changed its answer, or memory or the budget was exhausted
  all_garbage,  ///< no object has external references
  decided       ///< the first `garbage()` objects are garbage, the others are alive
};

/// `Source` gives the objects, and takes the live ones back:
///
/// | expression | meaning |
/// | --- | --- |
/// | `Source::widens` | whether the walk over the edges adds objects to the worklist |
/// | `s.refill(i)`, `s.widen(h, count, info)` | if so: adds objects; `i` of the worklist were walked over |
/// | `s.fetch_entries(first, last)` | if so: prefetches what `widen` looks at for these edges |
/// | `s.has_failed()` | memory was exhausted, or `s.is_too_large()` |
/// | `s.is_too_large()` | more objects were reached than the trial may look at: they are to be taken for alive |
/// | `s.count_after(count)` | the count word of a live object |
/// | `s.return_live(h, info, count)` | the object was found alive; its words are put back |
/// | `s.return_undecided(h, info, count)` | nothing is known of the object; its words are put back |
/// | `s.return_decided(h, count)` | the same, but `return_live` was called before |
/// | `s.keep(h, info, count)` | the object is garbage that must not be destroyed, and may be looked at again |
template <class RefcountPolicy, class Source>
class trial {
 public:
  using header_type = header<RefcountPolicy>;

  trial(trial_memory& kept, const Source& source) noexcept
      : worklist_{kept.worklist}, edges_{kept.edges}, queue_{kept.queue}, walk_{kept, source} {}

  /// Finds the garbage among the objects of the source.
  /// \post `worklist[0, garbage())` are garbage: gray, with the number of external references in place of the count.
  /// The other objects are alive and old, with their counts, and were given back to the source.
  void run() noexcept { decide(!source().has_failed() && walk_.template mark_gray<Source::widens>(0)); }

  /// In the worklist of `run_again`, the count of an object that finalizers have left without pointers. It has the
  /// `suspect_on_drop` bit, which no other count has there.
  static constexpr std::uint32_t without_pointers = count_word::suspect_on_drop | 1;

  /// Decides again over the objects in the worklist, without following edges to others. \pre they are gray, and without
  /// `suspect_on_drop` \post that of `run`
  void run_again() noexcept {
    std::size_t zero_external = 0;
    each_entry(worklist_, [&zero_external](worklist_entry& entry) {
      header_type& object = object_of<RefcountPolicy>(entry);
      entry.count = object.load_count();
      object.set_trial_count(count_word::strong(entry.count));
      if (entry.count != count_word::none) return;
      ++zero_external;
      entry.count = without_pointers;
    });
    decide(walk_.template mark_gray<false>(zero_external));
  }

  [[nodiscard]] trial_outcome outcome() const noexcept { return outcome_; }

  [[nodiscard]] std::size_t garbage() const noexcept { return garbage_; }

  /// The number of objects that have become old.
  [[nodiscard]] std::size_t promoted() const noexcept { return promoted_; }

  /// What the walk over the edges has found.
  [[nodiscard]] const gray_walk<RefcountPolicy, Source>& walk() const noexcept { return walk_; }

  /// The trial's own copy of its source.
  [[nodiscard]] Source& source() noexcept { return walk_.source(); }

 private:
  /// In the count of a worklist entry. No object there is immortal.
  static constexpr std::uint32_t is_alive = count_word::immortal;

  /// The phases after `mark_gray`, which has returned `is_marked`. \post that of `run`
  void decide(bool is_marked) noexcept {
    garbage_ = 0;
    outcome_ = is_marked ? trial_outcome::decided : trial_outcome::undecided;
    std::size_t zero_external = walk_.zero_external();
    if (is_marked && zero_external == worklist_.size) {
      outcome_ = trial_outcome::all_garbage;
      garbage_ = worklist_.size;
      return;
    }
    std::size_t alive_edges = 0;
    if (is_marked && zero_external != 0) {
      live_scan<RefcountPolicy> living{worklist_, queue_, zero_external};
      if (!living.scan_black()) outcome_ = trial_outcome::undecided;
      zero_external = living.zero_external();
      alive_edges = living.alive_edges();
    }
    if (outcome_ == trial_outcome::undecided && !source().is_too_large()) {
      each_entry(worklist_, [this](const worklist_entry& entry) { restore(entry); });
    } else if (outcome_ == trial_outcome::undecided || zero_external == 0) {
      each_entry(worklist_, [this](const worklist_entry& entry) { restore_live(entry); });
    } else {
      restore_live_and_gather(alive_edges);
    }
  }

  /// Restores the live objects, and moves the garbage and its edges to the front. `alive_edges`: the edges that live
  /// objects have reported to scan_black
  void restore_live_and_gather(std::size_t alive_edges) noexcept {
    std::size_t edges = 0;
    each_entry(worklist_, [&](worklist_entry& entry) {
      if ((object_of<RefcountPolicy>(entry).load_info() & info_word::alive) == 0) return;
      restore_live(entry);
      entry.count |= is_alive;
      edges += entry.edges;
    });
    if (edges == alive_edges) {
      gather_garbage();
    } else {
      // A trace has not reported as many edges as before, so that no subtraction is to be trusted.
      outcome_ = trial_outcome::undecided;
      each_entry(worklist_, [this](const worklist_entry& entry) {
        if ((entry.count & is_alive) == 0) {
          restore(entry);
        } else {
          source().return_decided(object_of<RefcountPolicy>(entry), entry.count);
        }
      });
    }
  }

  /// \pre live objects have `is_alive` in the counts of their entries \post the garbage is in front, in its order
  void gather_garbage() noexcept {
    edge* kept = edges_.items;
    const edge* row = edges_.items;
    for (std::size_t i = 0; i != worklist_.size; ++i) {
      const worklist_entry each = worklist_.items[i];
      if ((each.count & is_alive) == 0) {
        worklist_.items[garbage_++] = each;
        if (walk_.has_edges()) {
          for (std::uint32_t at = 0; at != each.edges; ++at) *kept++ = row[at];
        }
      }
      if (walk_.has_edges()) row += each.edges;
    }
    edges_.size = static_cast<std::size_t>(kept - edges_.items);
  }

  /// Puts the count of a live object back, and makes it old.
  void restore_live(const worklist_entry& entry) noexcept {
    const std::uint32_t info = object_of<RefcountPolicy>(entry).load_info();
    if ((info & info_word::old) == 0) ++promoted_;
    source().return_live(restored(entry, info | info_word::old), info | info_word::old, entry.count);
  }

  /// Puts an object back as it was before the trial.
  void restore(const worklist_entry& entry) noexcept {
    const std::uint32_t info = object_of<RefcountPolicy>(entry).load_info();
    source().return_undecided(restored(entry, info), info, entry.count);
  }

  /// Puts the words of the object back: `info`, without the colours.
  header_type& restored(const worklist_entry& entry, std::uint32_t info) noexcept {
    header_type& object = object_of<RefcountPolicy>(entry);
    RefcountPolicy::store(object.info, info & ~(info_word::gray | info_word::alive));
    object.restore_count(Source::count_after(entry.count));
    return object;
  }

  raw_array<worklist_entry>& worklist_;
  raw_array<edge>& edges_;
  raw_array<worklist_entry>& queue_;
  gray_walk<RefcountPolicy, Source> walk_;
  std::size_t promoted_ = 0;
  std::size_t garbage_ = 0;
  trial_outcome outcome_ = trial_outcome::undecided;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
