#pragma once
/// \file
/// Which of the objects that a trial has reached are alive, where garbage and living mix.

#include <ouro/allocator/raw_array.hpp>
#include <ouro/collector/trace_guard.hpp>
#include <ouro/collector/trace_visits.hpp>
#include <ouro/object/edge_sink.hpp>
#include <ouro/object/header.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/object/visited.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Marks what has references from outside, and all that it reaches, as alive (Bacon and Rajan's ScanRoots). A second
/// walk over the edges, which ends early when nothing without a rest is left to be reached. O(living objects + edges)
template <class RefcountPolicy>
class liveness {
 public:
  using header_type = header<RefcountPolicy>;

  /// `without_rest` of the visits have no references from outside; their counts, lowered, say which.
  liveness(const raw_array<visited>& visits, raw_array<visited>& queue, std::size_t without_rest) noexcept
      : visits_{visits}, queue_{queue}, without_rest_{without_rest} {}

  /// False when a trace throws or memory runs out.
  [[nodiscard]] bool mark() noexcept {
    if (!queue_.reserve(visits_.size)) return false;
    const trace_guard guard;
    edge_sink sink{&revive, this};
    for (std::size_t i = 0; i != visits_.size && without_rest_ != 0; ++i) {
      fetch_ahead(visits_.items, i, visits_.size);
      header_type& outer = *static_cast<header_type*>(visits_.items[i].header);
      const std::uint32_t info = outer.load_info();
      if (outer.load_count() == 0 || (info & info_word::alive) != 0) continue;
      RefcountPolicy::store(outer.info, info | info_word::alive);
      queue_.items[0] = {&outer, 0, 0};
      queue_.size = 1;
      for (std::size_t traced = 0;;) {
        if (traced == queue_.size) sink.flush();
        if (traced == queue_.size || without_rest_ == 0) break;
        const auto& object = *static_cast<header_type*>(queue_.items[traced].header);
        if (!trace_some(queue_.items, traced, queue_.size, record_of(object.load_info()), sink)) return false;
      }
    }
    alive_edges_ = sink.pushed();
    return true;
  }

  /// What is left of them: only garbage leads to these.
  [[nodiscard]] std::size_t without_rest() const noexcept { return without_rest_; }

  /// Reported by what is alive, this time.
  [[nodiscard]] std::size_t alive_edges() const noexcept { return alive_edges_; }

 private:
  static void revive(void* context, edge* first, edge* last) {
    auto& self = *static_cast<liveness*>(context);
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

  const raw_array<visited>& visits_;
  raw_array<visited>& queue_;  ///< what is known to be alive, and yet to be traced
  std::size_t without_rest_;
  std::size_t alive_edges_ = 0;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
