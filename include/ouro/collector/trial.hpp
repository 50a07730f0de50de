#pragma once
/// \file
/// Trial deletion: which of the objects that some candidates reach are garbage.
///
/// Bacon and Rajan, "Concurrent Cycle Collection in Reference Counted Systems", ECOOP 2001, section 3: the counts of
/// all that is reached are lowered by the edges inside it. What is left of a count then stems from outside; objects
/// with such a rest, and all that they reach, are alive; the others are garbage.
///
/// Where a collector enrolls all objects, nothing is reached: all objects of a generation are looked at, as in CPython
/// (Neil Schemenauer's gcmodule.c), and what leads in from others counts as a reference from outside.
///
/// Here the worklist of the breadth-first walk keeps the original counts, so that one pass over it puts them back, and,
/// while it is short, the edges, so that they can be severed without a second walk. Objects without a rest are counted
/// as they come: where that is all of them or none, the answer is there after one walk. A walk that turns out long
/// takes all other candidates along in the order of their entry, so that nothing alive is walked once for each of them.
/// O(objects + edges reached), no recursion; 16 bytes of worklist per object, 24 where garbage and living mix.

#include <ouro/allocator/raw_array.hpp>
#include <ouro/collector/generations.hpp>
#include <ouro/collector/trace_guard.hpp>
#include <ouro/collector/trial_memory.hpp>
#include <ouro/config.hpp>
#include <ouro/object/edge_sink.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/hooks.hpp>
#include <ouro/object/type_record.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace ouro::detail {

template <class RefcountPolicy, bool EnrollsAll>
class trial {
 public:
  using header_type = header<RefcountPolicy>;

  /// `minor`: does not walk into old objects.
  trial(trial_memory& kept, generations<RefcountPolicy>& candidates, bool minor) noexcept
      : visits_{kept.visits}, edges_{kept.edges}, queue_{kept.queue}, candidates_{candidates}, is_minor_{minor} {
    visits_.size = 0;
  }

  /// Takes candidates out of their buffer until `batch` objects are reached from them or no candidate is left, and
  /// finds the garbage among the objects. Where the last of these candidates leads far, it takes all that are left.
  /// \post `visits[0, garbage())` are the garbage: still marked as reached, with the rests in place of the counts. The
  /// others are alive, and old from now on; if the trial is not minor, they are no candidates any more.
  void run(std::size_t batch) noexcept {
    batch_ = batch;
    without_rest_ = 0;
    decide(mark<true>());
  }

  /// The same for one candidate, if no more than `most` objects are reached from it. If there are more, those that were
  /// reached are taken for alive, and so left to a full collection.
  void run_slice(std::size_t most) noexcept {
    most_visits_ = most;
    without_rest_ = 0;
    add_roots(1);
    decide(mark<true>());
  }

  /// The same for all that is enrolled in the generations that are swept. \post as `run`, but that the others are
  /// enrolled again, as old
  void run_on_all(std::size_t enrolled) noexcept {
    without_rest_ = 0;
    has_memory_ = visits_.reserve(enrolled) && candidates_.reserve_for_return();
    if (has_memory_) add_roots(std::numeric_limits<std::size_t>::max());
    candidates_.end_sweep(is_minor_);
    decide(has_memory_ && mark<false>());
  }

  /// Decides again over the objects in `visits` alone, without looking further. \pre they are marked as reached
  void run_again() noexcept {
    without_rest_ = 0;
    each([this](visited& seen) {
      header_type& object = object_of(seen);
      seen.count = object.load_count();
      RefcountPolicy::store(object.count, count_word::strong(seen.count));
      if (seen.count != count_word::none) return;
      // Nobody is left to drop it. Should the trial fail, it stays with a pointer that nobody has.
      ++without_rest_;
      seen.count = count_word::one;
    });
    decide(mark<false>());
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
  [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }

  /// Whether any object reached has a `finalize`.
  [[nodiscard]] bool has_finalizers() const noexcept { return has_finalizers_; }

 private:
  static constexpr std::uint32_t not_traceable = info_word::unborn | info_word::dead;
  static constexpr std::size_t long_walk = 4;                      ///< batches
  static constexpr std::size_t most_edges = std::size_t{1} << 16;  ///< kept: as many as stay in the cache
  static constexpr std::uint32_t is_alive = count_word::immortal;  ///< in the count of a visit: none is immortal

  [[nodiscard]] static header_type& object_of(const visited& seen) noexcept {
    return *static_cast<header_type*>(seen.header);
  }

  [[nodiscard]] bool reach(header_type& object, std::uint32_t count, std::uint32_t info) noexcept {
    if (!visits_.push({&object, count, 0})) return false;
    RefcountPolicy::store(object.count, count_word::pointers(count));
    RefcountPolicy::store(object.info, info | info_word::reached);
    return true;
  }

  void add_roots(std::size_t wanted) noexcept {
    for (; wanted != 0; --wanted) {
      const auto [root, info] = candidates_.next();
      if (root == nullptr) return;
      ++candidates_taken_;
      const std::uint32_t count = root->load_count();
      if (count_word::is_immortal(count) || (info & not_traceable) != 0) {
        RefcountPolicy::store(root->info, info);
      } else if (!reach(*root, count, info)) {
        RefcountPolicy::store(root->info, info);
        has_memory_ = false;
        return return_to_buffer(*root);
      }
    }
  }

  /// Reports the edges of `visits[i]` and its like to the sink, and moves `i` on. False when the trace throws.
  [[nodiscard]] OURO_ALWAYS_INLINE static bool trace(const raw_array<visited>& visits, std::size_t& i,
                                                     const type_record& record, edge_sink& sink) noexcept {
    OURO_TRY {
      i = record.trace(visits.items, i, visits.size, sink);  // calls user code: it may only report
    }
    OURO_CATCH_ALL {
      unraisable(record.name);
      return false;
    }
    return true;
  }

  /// Lowers the counts of all that is reached by the edges inside it. `Widen`: reaches what the edges lead to.
  /// \post counts hold references from outside alone
  template <bool Widen>
  [[nodiscard]] bool mark() noexcept {
    const trace_guard guard;
    edges_.size = 0;
    is_closed_ = true;
    edge_sink sink{&subtract<Widen>, this};
    sink_ = &sink;
    keep_edges();
    for (std::size_t i = 0;;) {
      if (Widen && i + visit_ahead > visits_.size && visits_.size < batch_) add_roots(2 * visit_ahead);
      if (i == visits_.size) sink.flush();
      if (visits_.size > most_visits_) [[unlikely]]
        return false;  // and nothing is decided
      if (i == visits_.size || !has_memory_) return has_memory_;
      if (Widen && batch_ != 0 && visits_.size > batch_ * long_walk)
        add_roots(batch_ = std::numeric_limits<std::size_t>::max());
      const type_record& record = record_of(object_of(visits_.items[i]).load_info());
      if (record.finalize != nullptr) has_finalizers_ = true;
      if (!trace(visits_, i, record, sink)) return false;
    }
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
      self.is_closed_ = false;
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
    if ((word & (info_word::listed | info_word::reached)) != info_word::reached) {
      if (!Widen || !widen(target, target.load_count(), word)) return false;
    }
    const std::uint32_t rest = target.load_count();
    if (rest == 0) [[unlikely]] {
      keep_over_reported(target);
      return true;
    }
    RefcountPolicy::store(target.count, rest - 1);
    if (rest == 1) ++without_rest_;
    return true;
  }

  /// Reaches an object over its first edge. Returns whether it is one for the collection to look at.
  [[nodiscard]] bool widen(header_type& target, std::uint32_t count, std::uint32_t word) noexcept {
    if (count_word::is_immortal(count)) return false;
    const bool is_listed = info_word::is_listed(word);
    if (is_minor_ && (word & (is_listed ? info_word::listed_as_old : info_word::old)) != 0) return false;
    const std::uint32_t info = is_listed ? candidates_.info(target) : word;
    if ((info & info_word::tracked) == 0 || (info & (not_traceable | info_word::frozen)) != 0) return false;
    if (is_listed) candidates_.leave(target);
    if (reach(target, count, info)) return true;
    has_memory_ = false;
    return false;
  }

  /// More edges lead to the object than it has pointers: no count of edges proves it garbage.
  OURO_NOINLINE void keep_over_reported(header_type& target) {
    if constexpr (check_level >= 1)
      misuse("a trace reported an edge twice, or one it does not own, to an object",
             record_of(target.load_info()).name);
    ++over_reported_;
    --without_rest_;
    RefcountPolicy::store(target.count, count_word::immortal);
  }

  void decide(bool is_marked) noexcept {
    garbage_ = 0;
    is_decided_ = is_marked;
    is_all_garbage_ = is_marked && without_rest_ == visits_.size;
    if (is_all_garbage_) {
      garbage_ = visits_.size;
      return;
    }
    if (is_marked && without_rest_ != 0) is_decided_ = scan();
    if (!is_decided_ && visits_.size > most_visits_) {
      each([this](const visited& seen) { spare(seen); });
    } else if (!is_decided_) {
      each([this](const visited& seen) { abandon(seen); });
    } else if (without_rest_ == 0) {
      each([this](const visited& seen) { spare(seen); });
    } else {
      spare_alive();
    }
  }

  /// Marks what has references from outside, and all that it reaches, as alive, until nothing without a rest is left
  /// to be reached. False when a trace throws or memory runs out.
  [[nodiscard]] bool scan() noexcept {
    if (!queue_.reserve(visits_.size)) return false;
    const trace_guard guard;
    edge_sink sink{&revive, this};
    for (std::size_t i = 0; i != visits_.size && without_rest_ != 0; ++i) {
      fetch_ahead(visits_.items, i, visits_.size);
      header_type& outer = object_of(visits_.items[i]);
      const std::uint32_t info = outer.load_info();
      if (outer.load_count() == 0 || (info & info_word::alive) != 0) continue;
      RefcountPolicy::store(outer.info, info | info_word::alive);
      queue_.items[0] = {&outer, 0, 0};
      queue_.size = 1;
      for (std::size_t traced = 0;;) {
        if (traced == queue_.size) sink.flush();
        if (traced == queue_.size || without_rest_ == 0) break;
        const type_record& record = record_of(object_of(queue_.items[traced]).load_info());
        if (!trace(queue_, traced, record, sink)) return false;
      }
    }
    alive_edges_ = sink.pushed();
    return true;
  }

  static void revive(void* context, edge* first, edge* last) {
    auto& self = *static_cast<trial*>(context);
    for (; first != last; ++first) {
      auto& target = *static_cast<header_type*>(first->target);
      const std::uint32_t info = target.load_info();
      if (info_word::is_listed(info) || (info & (info_word::reached | info_word::alive)) != info_word::reached)
        continue;
      RefcountPolicy::store(target.info, info | info_word::alive);
      if (target.load_count() == 0) --self.without_rest_;
      self.queue_.items[self.queue_.size++] = {&target, 0, 0};  // each object once: there is room for all
    }
  }

  /// Spares what is alive, and moves the garbage and its edges to the front.
  void spare_alive() noexcept {
    std::size_t edges = 0;
    each([&](visited& seen) {
      if ((object_of(seen).load_info() & info_word::alive) == 0) return;
      spare(seen);
      seen.count |= is_alive;
      edges += seen.edges;
    });
    // A trace that did not report as many edges as before leaves no subtraction to be trusted.
    is_decided_ = edges == alive_edges_;
    if (is_decided_) {
      gather_garbage();
    } else {
      each([this](const visited& seen) {
        if ((seen.count & is_alive) == 0) {
          abandon(seen);
        } else if (!EnrollsAll && !is_minor_ && count_word::is_quiet(seen.count)) {
          return_to_buffer(object_of(seen));
        }
      });
    }
  }

  void gather_garbage() noexcept {
    edge* kept = edges_.items;
    const edge* row = edges_.items;
    for (std::size_t i = 0; i != visits_.size; ++i) {
      const visited each = visits_.items[i];
      if ((each.count & is_alive) == 0) {
        visits_.items[garbage_++] = each;
        if (has_edges_) kept = std::copy(row, row + each.edges, kept);
      }
      if (has_edges_) row += each.edges;
    }
    edges_.size = static_cast<std::size_t>(kept - edges_.items);
  }

  /// Puts the count of an object back that is alive, and lets it age.
  void spare(const visited& seen) noexcept {
    header_type& object = object_of(seen);
    const std::uint32_t info = object.load_info();
    if ((info & info_word::old) == 0) ++promoted_;
    RefcountPolicy::store(object.info, (info & ~(info_word::reached | info_word::alive)) | info_word::old);
    RefcountPolicy::store(object.count, restored(seen));
    if (EnrollsAll || (is_minor_ && count_word::is_quiet(seen.count))) return_to_buffer(object);
  }

  /// Puts an object back as it was.
  void abandon(const visited& seen) noexcept {
    header_type& object = object_of(seen);
    RefcountPolicy::store(object.info, object.load_info() & ~(info_word::reached | info_word::alive));
    RefcountPolicy::store(object.count, restored(seen));
    if (EnrollsAll || count_word::is_quiet(seen.count)) return_to_buffer(object);
  }

  /// The count that the object has in the end: of what is no candidate any more, loud.
  [[nodiscard]] static std::uint32_t restored(const visited& seen) noexcept {
    return EnrollsAll ? seen.count : count_word::made_loud(seen.count);
  }

  /// Where memory is exhausted the object stays unlisted and not quiet: its next drop tries again.
  void return_to_buffer(header_type& candidate) noexcept {
    if constexpr (EnrollsAll) {
      static_cast<void>(candidates_.enter(candidate));  // there is room
    } else {
      candidate.clear_quiet();
      if (candidates_.enter(candidate)) candidate.set_quiet();
    }
  }

  template <class Do>
  void each(Do what) noexcept {
    for (std::size_t i = 0; i != visits_.size; ++i) {
      fetch_ahead(visits_.items, i, visits_.size);
      what(visits_.items[i]);
    }
  }

  raw_array<visited>& visits_;
  raw_array<edge>& edges_;
  raw_array<visited>& queue_;
  generations<RefcountPolicy>& candidates_;
  edge_sink* sink_ = nullptr;  ///< of the walk that subtracts
  std::size_t batch_ = 0;      ///< objects; 0: there is one candidate
  std::size_t most_visits_ = std::numeric_limits<std::size_t>::max();
  std::size_t candidates_taken_ = 0;
  std::size_t promoted_ = 0;
  std::size_t garbage_ = 0;
  std::size_t without_rest_ = 0;  ///< objects that only the others lead to, as far as is known
  std::size_t alive_edges_ = 0;   ///< reported by what is alive, the second time
  std::size_t over_reported_ = 0;
  const bool is_minor_;
  bool has_edges_ = false;
  bool has_finalizers_ = false;
  bool has_memory_ = true;
  bool is_decided_ = false;
  bool is_all_garbage_ = false;
  bool is_closed_ = false;
};

}  // namespace ouro::detail
