#pragma once
/// \file
/// Subtracts the references among the objects in the worklist from their counts: mark_gray of Bacon and Rajan,
/// subtract_refs of CPython.

#include <ouro/base/diagnostics.hpp>
#include <ouro/base/raw_array.hpp>
#include <ouro/collector/engine/trace_audit.hpp>
#include <ouro/collector/engine/trace_guard.hpp>
#include <ouro/collector/engine/trace_worklist.hpp>
#include <ouro/collector/engine/trial_memory.hpp>
#include <ouro/collector/engine/worklist.hpp>
#include <ouro/config.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/trace/edge_sink.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// A breadth-first walk over the edges of the objects in the worklist. While there are few edges, it keeps them, so
/// that they can be severed without a further walk. `Source` gives the objects (candidate_roots.hpp,
/// tracked_objects.hpp). O(objects + edges), no recursion
template <class RefcountPolicy, class Source>
class gray_walk {
 public:
  using header_type = header<RefcountPolicy>;

  gray_walk(trial_memory& kept, const Source& source) noexcept
      : worklist_{kept.worklist}, edges_{kept.edges}, audit_{kept.audit}, source_{source} {}

  /// Lowers the count of each object in the worklist by the edges that lead to it from there. `Widen`: the source adds
  /// objects to the worklist, and the walk adds the targets of edges. False when nothing can be decided: a trace has
  /// thrown or was found to be wrong, or the source has failed.
  /// \pre objects in the worklist are gray, and have their numbers of pointers in place of their counts;
  /// `zero_external` of them have none
  /// \post they have their numbers of external references there, which are never negative; `zero_external()` of them
  /// have none
  template <bool Widen>
  [[nodiscard]] bool mark_gray(std::size_t zero_external) noexcept {
    zero_external_ = zero_external;
    edges_.size = 0;
    has_no_outgoing_edges_ = true;
    const trace_guard guard;
    edge_sink sink{&subtract<Widen>, this};
    sink_ = &sink;
    keep_edges();
    for (std::size_t i = 0;;) {
      if constexpr (Widen) source_.refill(i);
      if (i == worklist_.size) sink.flush();
      if constexpr (Widen) {
        if (source_.has_failed()) [[unlikely]]
          return false;
      }
      if (i == worklist_.size) return true;
      const std::uint32_t type = info_word::type(object_of<RefcountPolicy>(worklist_.items[i]).load_info());
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

  [[nodiscard]] Source& source() noexcept { return source_; }

  /// The number of objects in the worklist without external references.
  [[nodiscard]] std::size_t zero_external() const noexcept { return zero_external_; }

  /// The number of objects that are kept because a trace has reported too many edges.
  [[nodiscard]] std::size_t over_reported() const noexcept { return over_reported_; }

  /// Whether all edges were kept.
  [[nodiscard]] bool has_edges() const noexcept { return has_edges_; }

  /// Whether all edges lead to objects in the worklist.
  [[nodiscard]] bool has_no_outgoing_edges() const noexcept { return has_no_outgoing_edges_; }

  /// Whether any object in the worklist has a `finalize`.
  [[nodiscard]] bool has_finalizers() const noexcept { return has_finalizers_; }

 private:
  static constexpr std::size_t most_edges = std::size_t{1} << 16;  ///< kept: as many as stay in the cache

  /// Traces one object, and checks its edges. False if the trace is found to be wrong, or throws: then the edges that
  /// other objects of the type have reported are not to be trusted either.
  [[nodiscard]] OURO_NOINLINE bool trace_audited(std::size_t& i, std::uint32_t type, const type_record& record,
                                                 edge_sink& sink) noexcept {
    header_type& object = object_of<RefcountPolicy>(worklist_.items[i]);
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
    object.set_trial_count(count_word::immortal);
  }

  template <bool Widen>
  static void subtract(void* context, edge* first, edge* last) {
    auto& self = *static_cast<gray_walk*>(context);
    if constexpr (Widen) {
      if (self.source_.has_failed()) return;
      self.source_.fetch_entries(first, last);
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
      if constexpr (!Widen) {
        return false;
      } else if (!source_.widen(target, target.load_count(), word)) {
        return false;
      }
    }
    const std::uint32_t external_refs = target.load_count();
    if (external_refs == 0) [[unlikely]] {
      keep_over_reported(target);
      return true;
    }
    target.set_trial_count(external_refs - 1);
    if (external_refs == 1) ++zero_external_;
    return true;
  }

  /// More edges were reported to the object than it has pointers, so that counts cannot prove it garbage.
  OURO_NOINLINE void keep_over_reported(header_type& target) {
    if constexpr (check_level >= 1)
      misuse("a trace reported an edge twice, or one it does not own, to an object",
             record_of(target.load_info()).name);
    hold(target);
  }

  raw_array<worklist_entry>& worklist_;
  raw_array<edge>& edges_;
  trace_audit& audit_;
  Source source_;
  edge_sink* sink_ = nullptr;  ///< of the walk
  std::size_t zero_external_ = 0;
  std::size_t over_reported_ = 0;
  bool has_edges_ = false;
  bool has_no_outgoing_edges_ = false;
  bool has_finalizers_ = false;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
