#pragma once
/// \file
/// Trial deletion: which of the objects that some candidates reach are garbage.
///
/// Bacon and Rajan, "Concurrent Cycle Collection in Reference Counted Systems", ECOOP 2001, section 3: the counts of
/// all that is reached are lowered by the edges inside it. What is left of a count then stems from outside; objects
/// with such a rest, and all that they reach, are alive; the others are garbage.
///
/// Here the worklist of the breadth-first walk keeps the original counts, so that one pass over it puts them back, and,
/// while it is short, the edges, so that they can be severed without a second walk. Objects without a rest are counted
/// as they come: where that is all of them or none, the answer is there after one walk. A walk that turns out long
/// takes all other candidates along in the order of their entry, so that nothing alive is walked once for each of them.
/// O(objects + edges reached), no recursion; 16 bytes of worklist per object, 24 where garbage and living mix.

#include <ouro/collector/generations.hpp>
#include <ouro/collector/raw_array.hpp>
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

template <class RefcountPolicy>
class trial {
 public:
  using header_type = header<RefcountPolicy>;

  /// `minor`: does not walk into old objects.
  trial(trial_memory<RefcountPolicy>& kept, generations<RefcountPolicy>& candidates, bool minor) noexcept
      : visits_{kept.visits}, edges_{kept.edges}, queue_{kept.queue}, candidates_{candidates}, is_minor_{minor} {
    visits_.size = 0;
  }

  /// Takes candidates out of their buffer until `batch` objects are reached from them or no candidate is left, and
  /// finds the garbage among the objects. Where the last of these candidates leads far, it takes all that are left.
  /// \post `visits[0, garbage())` are the garbage: still marked as reached, with the rests in place of the counts. The
  /// others are alive, and old from now on; if the trial is not minor, they are no candidates any more.
  void run(std::size_t batch) noexcept {
    batch_ = batch;
    decide(mark<true>());
  }

  /// Decides again over the objects in `visits` alone, without looking further. \pre they are marked as reached
  void run_again() noexcept {
    for (std::size_t i = 0; i != visits_.size; ++i) visits_.items[i].count = visits_.items[i].object->load_count();
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

  /// Whether any object reached has a `finalize` that has not been called.
  [[nodiscard]] bool has_finalizers() const noexcept { return has_finalizers_; }

 private:
  static constexpr std::uint32_t not_traceable = info_word::unborn | info_word::dead;
  static constexpr std::size_t ahead = 32;                         ///< objects to fetch ahead of the walk
  static constexpr std::size_t long_walk = 4;                      ///< batches
  static constexpr std::size_t most_edges = std::size_t{1} << 16;  ///< kept: as many as stay in the cache
  static constexpr std::uint32_t is_alive = count_word::immortal;  ///< in the count of a visit: none is immortal

  [[nodiscard]] bool reach(header_type& object, std::uint32_t count, std::uint32_t info) noexcept {
    if (!visits_.push({&object, count, 0})) return false;
    RefcountPolicy::store(object.info, info | info_word::reached);
    return true;
  }

  void add_roots(std::size_t wanted) noexcept {
    for (; wanted != 0; --wanted) {
      header_type* const root = candidates_.next();
      if (root == nullptr) return;
      ++candidates_taken_;
      const std::uint32_t count = root->load_count();
      const std::uint32_t info = root->load_info();
      if (count_word::is_immortal(count) || (info & (info_word::reached | not_traceable)) != 0) continue;
      if (!reach(*root, count, info)) {
        has_memory_ = false;
        return_to_buffer(*root);
        return;
      }
    }
  }

  /// Reports the edges of an object to the sink. False when the trace throws.
  [[nodiscard]] OURO_ALWAYS_INLINE static bool trace(header_type& object, const type_record& record,
                                                     edge_sink& sink) noexcept {
    OURO_TRY {
      record.trace(object.object(), sink);  // calls user code: it may only report
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
    has_edges_ = true;
    without_rest_ = 0;
    edge_sink sink{&subtract<Widen>, this};
    for (std::size_t i = 0;; ++i) {
      if (Widen && i + ahead > visits_.size && visits_.size < batch_) add_roots(ahead);
      if (i == visits_.size) sink.flush();
      if (i == visits_.size || !has_memory_) return has_memory_;
      if (Widen && visits_.size > batch_ * long_walk) add_roots(batch_ = std::numeric_limits<std::size_t>::max());
      fetch(i + ahead);
      header_type& object = *visits_.items[i].object;
      const std::uint32_t info = object.load_info();
      const type_record& record = record_of(info);
      if (record.finalize != nullptr && (info & info_word::finalized) == 0) has_finalizers_ = true;
      const std::size_t before = sink.pushed();
      if (!trace(object, record, sink)) return false;
      const std::size_t edges = sink.pushed() - before;
      if (edges > std::numeric_limits<std::uint32_t>::max()) return false;
      visits_.items[i].edges = static_cast<std::uint32_t>(edges);
    }
  }

  template <bool Widen>
  static void subtract(void* context, const edge* first, const edge* last) {
    auto& self = *static_cast<trial*>(context);
    if (!self.has_memory_) return;
    if (self.candidates_.size() != 0) {
      for (const edge* at = first; at != last; ++at) self.candidates_.fetch(*static_cast<header_type*>(at->target));
    }
    edge* seen = self.keep_edges(static_cast<std::size_t>(last - first));
    for (; first != last; ++first) {
      auto& target = *static_cast<header_type*>(first->target);
      const bool is_inner = self.template subtract_one<Widen>(target);
      if (seen != nullptr) *seen++ = {&target, is_inner ? first->slot : nullptr};
    }
  }

  /// Room for so many edges more; null when they are too many to be kept.
  [[nodiscard]] edge* keep_edges(std::size_t more) noexcept {
    if (!has_edges_ || edges_.size + more > most_edges || !edges_.reserve(edges_.size + more)) {
      has_edges_ = false;
      return nullptr;
    }
    edges_.size += more;
    return edges_.items + edges_.size - more;
  }

  /// Returns whether the target is one of the objects reached.
  template <bool Widen>
  OURO_ALWAYS_INLINE bool subtract_one(header_type& target) noexcept {
    const std::uint32_t count = target.load_count();
    const std::uint32_t word = target.load_info();
    if ((word & (info_word::listed | info_word::reached)) != info_word::reached) {
      if (!Widen || !widen(target, count, word)) return false;
    }
    const std::uint32_t pointers = count_word::strong(count);
    if (pointers == 0) [[unlikely]] {
      keep_over_reported(target);
      return true;
    }
    RefcountPolicy::store(target.count, count - 1);
    if (pointers == 1) ++without_rest_;
    return true;
  }

  /// Reaches an object over its first edge. Returns whether it is one for the collection to look at.
  [[nodiscard]] bool widen(header_type& target, std::uint32_t count, std::uint32_t word) noexcept {
    if (count_word::is_immortal(count)) return false;
    const bool is_listed = info_word::is_listed(word);
    if (is_minor_ && (word & (is_listed ? info_word::listed_as_old : info_word::old)) != 0) return false;
    const std::uint32_t info = is_listed ? candidates_.info(target) : word;
    if ((info & info_word::tracked) == 0 || (info & not_traceable) != 0) return false;
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
    RefcountPolicy::store(target.count, target.load_count() | count_word::immortal >> 1);
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
    if (!is_decided_) {
      each([this](const visited<RefcountPolicy>& seen) { abandon(seen); });
    } else if (without_rest_ == 0) {
      each([this](const visited<RefcountPolicy>& seen) { spare(seen); });
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
      fetch(i + ahead);
      header_type& outer = *visits_.items[i].object;
      const std::uint32_t info = outer.load_info();
      if (count_word::strong(outer.load_count()) == 0 || (info & info_word::alive) != 0) continue;
      RefcountPolicy::store(outer.info, info | info_word::alive);
      queue_.items[0] = &outer;
      queue_.size = 1;
      for (std::size_t traced = 0;; ++traced) {
        if (traced == queue_.size) sink.flush();
        if (traced == queue_.size || without_rest_ == 0) break;
        if (traced + ahead < queue_.size) __builtin_prefetch(queue_.items[traced + ahead]->object());
        header_type& next = *queue_.items[traced];
        if (!trace(next, record_of(next.load_info()), sink)) return false;
      }
    }
    alive_edges_ = sink.pushed();
    return true;
  }

  static void revive(void* context, const edge* first, const edge* last) {
    auto& self = *static_cast<trial*>(context);
    for (; first != last; ++first) {
      auto& target = *static_cast<header_type*>(first->target);
      const std::uint32_t info = target.load_info();
      if (info_word::is_listed(info) || (info & (info_word::reached | info_word::alive)) != info_word::reached)
        continue;
      RefcountPolicy::store(target.info, info | info_word::alive);
      if (count_word::strong(target.load_count()) == 0) --self.without_rest_;
      self.queue_.items[self.queue_.size++] = &target;  // each object once: there is room for all
    }
  }

  /// Spares what is alive, and moves the garbage and its edges to the front.
  void spare_alive() noexcept {
    std::size_t edges = 0;
    each([&](visited<RefcountPolicy>& seen) {
      if ((seen.object->load_info() & info_word::alive) == 0) return;
      spare(seen);
      seen.count |= is_alive;
      edges += seen.edges;
    });
    // A trace that did not report as many edges as before leaves no subtraction to be trusted.
    is_decided_ = edges == alive_edges_;
    if (is_decided_) {
      gather_garbage();
    } else {
      each([this](const visited<RefcountPolicy>& seen) {
        if ((seen.count & is_alive) == 0) {
          abandon(seen);
        } else if (!is_minor_ && count_word::is_quiet(seen.count)) {
          return_to_buffer(*seen.object);
        }
      });
    }
  }

  void gather_garbage() noexcept {
    edge* kept = edges_.items;
    const edge* row = edges_.items;
    for (std::size_t i = 0; i != visits_.size; ++i) {
      const visited<RefcountPolicy> each = visits_.items[i];
      if ((each.count & is_alive) == 0) {
        visits_.items[garbage_++] = each;
        if (has_edges_) kept = std::copy(row, row + each.edges, kept);
      }
      if (has_edges_) row += each.edges;
    }
  }

  /// Puts the count of an object back that is alive, and lets it age.
  void spare(const visited<RefcountPolicy>& seen) noexcept {
    const std::uint32_t info = seen.object->load_info();
    if ((info & info_word::old) == 0) ++promoted_;
    RefcountPolicy::store(seen.object->info, (info & ~(info_word::reached | info_word::alive)) | info_word::old);
    RefcountPolicy::store(seen.object->count, seen.count & ~count_word::quiet);
    if (is_minor_ && count_word::is_quiet(seen.count)) return_to_buffer(*seen.object);
  }

  /// Puts an object back as it was.
  void abandon(const visited<RefcountPolicy>& seen) noexcept {
    RefcountPolicy::store(seen.object->info, seen.object->load_info() & ~(info_word::reached | info_word::alive));
    RefcountPolicy::store(seen.object->count, seen.count & ~count_word::quiet);
    if (count_word::is_quiet(seen.count)) return_to_buffer(*seen.object);
  }

  /// Where memory is exhausted the object stays unlisted and not quiet: its next drop tries again.
  void return_to_buffer(header_type& candidate) noexcept {
    candidate.clear_quiet();
    if (candidates_.enter(candidate)) candidate.set_quiet();
  }

  template <class Do>
  void each(Do what) noexcept {
    for (std::size_t i = 0; i != visits_.size; ++i) {
      fetch(i + ahead);
      what(visits_.items[i]);
    }
  }

  void fetch(std::size_t i) const noexcept {
    if (i < visits_.size) __builtin_prefetch(visits_.items[i].object, 1);
  }

  raw_array<visited<RefcountPolicy>>& visits_;
  raw_array<edge>& edges_;
  raw_array<header_type*>& queue_;
  generations<RefcountPolicy>& candidates_;
  std::size_t batch_ = 0;  ///< objects
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
};

}  // namespace ouro::detail
