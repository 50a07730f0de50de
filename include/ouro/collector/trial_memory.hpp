#pragma once
/// \file
/// The worklists of collections.

#include <ouro/allocator/raw_array.hpp>
#include <ouro/collector/trace_audit.hpp>
#include <ouro/object/edge_sink.hpp>
#include <ouro/object/visited.hpp>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The memory of collections, kept from one to the next.
struct trial_memory {
  raw_array<visited> visits;
  raw_array<edge> edges;     ///< what `visits` report, in their order; without a slot if it leads outside
  raw_array<visited> queue;  ///< what is known to be alive, where garbage and living mix
  trace_audit audit;

  void release() noexcept {
    visits.release();
    edges.release();
    queue.release();
    audit.release();
  }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
