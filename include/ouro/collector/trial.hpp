#pragma once
/// \file
/// Trial deletion: which of the objects that some candidates reach are garbage.
///
/// Bacon and Rajan, "Concurrent Cycle Collection in Reference Counted Systems", ECOOP 2001, section 3: the counts of
/// all that is reached are lowered by the edges inside it. What is left of a count then stems from outside; objects
/// with such a rest, and all that they reach, are alive; the others are garbage.
///
/// Here the worklist of the breadth-first walk keeps the original counts, so that one pass over it puts them back: no
/// third walk over the edges, and a trace that throws, or answers differently the second time, cannot spoil a count.
/// O(objects + edges reached), no recursion, no second walk where everything is garbage; 24 bytes of worklist per
/// object.

#include <ouro/collector/candidate_buffer.hpp>
#include <ouro/collector/trace_guard.hpp>
#include <ouro/config.hpp>
#include <ouro/object/edge_sink.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/hooks.hpp>
#include <ouro/object/type_record.hpp>

#include <cstddef>
#include <cstdint>

namespace ouro::detail {

/// An object that a collection has reached.
template <class RefcountPolicy>
struct visited {
  header<RefcountPolicy>* object;
  std::uint32_t count;  ///< its count word before the trial
  std::uint32_t edges;  ///< that its trace has reported
};

/// The memory of collections, kept from one to the next.
template <class RefcountPolicy>
struct trial_memory {
  raw_array<visited<RefcountPolicy>> visits;
  raw_array<header<RefcountPolicy>*> queue;

  void release() noexcept {
    visits.release();
    queue.release();
  }
};

template <class RefcountPolicy>
class trial {
 public:
  using header_type = header<RefcountPolicy>;

  trial(trial_memory<RefcountPolicy>& kept, candidate_buffer<RefcountPolicy>& candidates) noexcept
      : visits_{kept.visits}, queue_{kept.queue}, candidates_{candidates} {
    visits_.size = 0;
  }

  /// \pre unlisted. False when memory is exhausted: the root is not part of the trial then.
  [[nodiscard]] bool add_root(header_type& root) noexcept {
    const std::uint32_t count = root.load_count();
    const std::uint32_t info = root.load_info();
    if (count_word::is_immortal(count) || (info & (info_word::reached | not_traceable)) != 0) return true;
    if (!reach(root, count, info)) return false;
    roots_ = visits_.size;
    return true;
  }

  /// Finds the garbage among all that the roots reach.
  /// \post The counts are as they were. `visits[0, garbage())` are the garbage; the others are not quiet any more.
  void run() noexcept {
    is_decided_ = mark<true>() && scan();
    restore();
  }

  /// Decides again over the objects in `visits` alone, without looking further. \pre they have no flag of a collection
  void run_again() noexcept {
    for (std::size_t i = 0; i != visits_.size; ++i) {
      visited<RefcountPolicy>& each = visits_.items[i];
      each.count = each.object->load_count();
      set(*each.object, info_word::reached);
    }
    is_decided_ = mark<false>() && scan();
    restore();
  }

  /// False when a trace threw or changed its mind, or when memory ran out: then nothing is garbage.
  [[nodiscard]] bool is_decided() const noexcept { return is_decided_; }

  [[nodiscard]] std::size_t roots() const noexcept { return roots_; }
  [[nodiscard]] std::size_t garbage() const noexcept { return garbage_; }
  [[nodiscard]] std::size_t over_reported() const noexcept { return over_reported_; }

 private:
  static constexpr std::uint32_t not_traceable = info_word::unborn | info_word::dead;
  static constexpr std::size_t ahead = 32;  ///< objects to fetch ahead of the walk

  static void set(header_type& at, std::uint32_t bits) noexcept {
    RefcountPolicy::store(at.info, at.load_info() | bits);
  }

  [[nodiscard]] bool reach(header_type& object, std::uint32_t count, std::uint32_t info) noexcept {
    if (!visits_.push({&object, count, 0})) return false;
    RefcountPolicy::store(object.info, info | info_word::reached);
    return true;
  }

  /// Reports the edges of an object to the sink. False when the trace throws.
  [[nodiscard]] static bool trace(header_type& object, edge_sink& sink) noexcept {
    const type_record& record = record_of(object.load_info());
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
    edge_sink sink{&subtract<Widen>, this};
    for (std::size_t i = 0;; ++i) {
      if (i == visits_.size) sink.flush();
      if (i == visits_.size || !has_memory_) return has_memory_;
      fetch(i + ahead);
      const std::size_t before = sink.pushed();
      if (!trace(*visits_.items[i].object, sink)) return false;
      visits_.items[i].edges = static_cast<std::uint32_t>(sink.pushed() - before);
    }
  }

  template <bool Widen>
  static void subtract(void* context, const edge* first, const edge* last) {
    auto& self = *static_cast<trial*>(context);
    for (; first != last; ++first) {
      auto& target = *static_cast<header_type*>(first->target);
      const std::uint32_t count = target.load_count();
      if (count_word::is_immortal(count)) continue;
      const std::uint32_t word = target.load_info();
      const bool is_listed = info_word::is_listed(word);
      const std::uint32_t info = is_listed ? self.candidates_.info(target) : word;
      if ((info & info_word::reached) == 0) {
        if (!Widen || (info & info_word::tracked) == 0 || (info & not_traceable) != 0) continue;
        if (is_listed) self.candidates_.leave(target);
        if (!self.reach(target, count, info)) {
          self.has_memory_ = false;
          return;
        }
      }
      if (count_word::strong(count) == 0) {
        self.keep_over_reported(target);
      } else {
        RefcountPolicy::store(target.count, count - 1);
      }
    }
  }

  /// More edges lead to the object than it has pointers: no count of edges proves it garbage.
  void keep_over_reported(header_type& target) {
    if constexpr (check_level >= 1)
      misuse("a trace reported an edge twice, or one it does not own, to an object",
             record_of(target.load_info()).name);
    ++over_reported_;
    RefcountPolicy::store(target.count, target.load_count() | count_word::immortal >> 1);
  }

  /// Marks what has references from outside, and all that it reaches, as alive. False when a trace throws or memory
  /// runs out.
  [[nodiscard]] bool scan() noexcept {
    if (!queue_.reserve(visits_.size)) return false;
    const trace_guard guard;
    edge_sink sink{&revive, this};
    std::size_t traced = 0;
    for (std::size_t i = 0; i != visits_.size; ++i) {
      fetch(i + ahead);
      header_type& outer = *visits_.items[i].object;
      if (count_word::strong(outer.load_count()) == 0 || (outer.load_info() & info_word::alive) != 0) continue;
      set(outer, info_word::alive);
      queue_.items[0] = &outer;
      queue_.size = 1;
      for (traced = 0;; ++traced) {
        if (traced == queue_.size) sink.flush();
        if (traced == queue_.size) break;
        if (traced + ahead < queue_.size) __builtin_prefetch(queue_.items[traced + ahead]->object());
        if (!trace(*queue_.items[traced], sink)) return false;
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
      self.queue_.items[self.queue_.size++] = &target;  // each object once: there is room for all
    }
  }

  /// Puts the counts back, and the garbage to the front.
  void restore() noexcept {
    garbage_ = 0;
    std::size_t edges = 0;
    for (std::size_t i = 0; i != visits_.size; ++i) {
      fetch(i + ahead);
      const visited<RefcountPolicy> each = visits_.items[i];
      const std::uint32_t info = each.object->load_info();
      RefcountPolicy::store(each.object->info, info & ~(info_word::reached | info_word::alive));
      if (is_decided_ && (info & info_word::alive) == 0) {
        RefcountPolicy::store(each.object->count, each.count);
        visits_.items[i] = visits_.items[garbage_];
        visits_.items[garbage_++] = each;
      } else {
        RefcountPolicy::store(each.object->count, each.count & ~count_word::quiet);
        edges += each.edges;
      }
    }
    // A trace that did not report as many edges as before leaves no subtraction to be trusted.
    if (is_decided_ && edges != alive_edges_) {
      is_decided_ = false;
      for (; garbage_ != 0; --garbage_) visits_.items[garbage_ - 1].object->clear_quiet();
    }
  }

  void fetch(std::size_t i) const noexcept {
    if (i < visits_.size) __builtin_prefetch(visits_.items[i].object, 1);
  }

  raw_array<visited<RefcountPolicy>>& visits_;
  raw_array<header_type*>& queue_;
  candidate_buffer<RefcountPolicy>& candidates_;
  std::size_t roots_ = 0;
  std::size_t garbage_ = 0;
  std::size_t alive_edges_ = 0;  ///< reported by what is alive, the second time
  std::size_t over_reported_ = 0;
  bool has_memory_ = true;
  bool is_decided_ = false;
};

}  // namespace ouro::detail
