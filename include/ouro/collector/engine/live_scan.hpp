#pragma once
/// \file
/// Finds the live objects among those that mark_gray has reached, where some are garbage and some are alive.

#include <ouro/base/raw_array.hpp>
#include <ouro/collector/engine/trace_guard.hpp>
#include <ouro/collector/engine/trace_worklist.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/object/worklist_entry.hpp>
#include <ouro/trace/edge_sink.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Marks the objects with external references, and all that they reach, as alive (Bacon and Rajan's ScanBlack). This is
/// a second walk over the edges. It ends early when no object without external references is left to be reached. O(live
/// objects + their edges)
template <class RefcountPolicy>
class live_scan {
 public:
  using header_type = header<RefcountPolicy>;

  /// \pre each object in the worklist has the number of its external references in place of its count; `zero_external`
  /// of them have none
  live_scan(const raw_array<worklist_entry>& worklist, raw_array<worklist_entry>& queue,
            std::size_t zero_external) noexcept
      : worklist_{worklist}, queue_{queue}, zero_external_{zero_external} {}

  /// \post all objects that are reachable from outside have the flag `alive`. False, and some of them have it, when a
  /// trace throws or memory is exhausted.
  [[nodiscard]] bool scan_black() noexcept {
    if (!queue_.reserve(worklist_.size)) return false;
    const trace_guard guard;
    edge_sink sink{&revive, this};
    for (std::size_t i = 0; i != worklist_.size && zero_external_ != 0; ++i) {
      fetch_ahead(worklist_.items, i, worklist_.size);
      header_type& outer = *static_cast<header_type*>(worklist_.items[i].header);
      const std::uint32_t info = outer.load_info();
      if (outer.load_count() == 0 || (info & info_word::alive) != 0) continue;
      RefcountPolicy::store(outer.info, info | info_word::alive);
      queue_.items[0] = {&outer, 0, 0};
      queue_.size = 1;
      for (std::size_t traced = 0;;) {
        if (traced == queue_.size) sink.flush();
        if (traced == queue_.size || zero_external_ == 0) break;
        const auto& object = *static_cast<header_type*>(queue_.items[traced].header);
        if (!trace_some(queue_.items, traced, queue_.size, record_of(object.load_info()), sink)) return false;
      }
    }
    alive_edges_ = sink.pushed();
    return true;
  }

  /// The number of objects without external references that were not reached: they are garbage, if the scan was
  /// complete.
  [[nodiscard]] std::size_t zero_external() const noexcept { return zero_external_; }

  /// The number of edges that the traces of live objects have reported in this walk.
  [[nodiscard]] std::size_t alive_edges() const noexcept { return alive_edges_; }

 private:
  static void revive(void* context, edge* first, edge* last) {
    auto& self = *static_cast<live_scan*>(context);
    for (; first != last; ++first) {
      auto& target = *static_cast<header_type*>(first->target);
      const std::uint32_t info = target.load_info();
      if (info_word::is_buffered(info) || (info & (info_word::gray | info_word::alive)) != info_word::gray) continue;
      RefcountPolicy::store(target.info, info | info_word::alive);
      if (target.load_count() == 0) --self.zero_external_;
      self.queue_.items[self.queue_.size++] = {&target, 0, 0};  // each object once: there is room for all
    }
  }

  const raw_array<worklist_entry>& worklist_;
  raw_array<worklist_entry>& queue_;  ///< live objects that were not traced yet
  std::size_t zero_external_;
  std::size_t alive_edges_ = 0;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
