#pragma once
/// \file
/// The worklists of collections.

#include <ouro/base/raw_array.hpp>
#include <ouro/collector/engine/trace_audit.hpp>
#include <ouro/object/worklist_entry.hpp>
#include <ouro/trace/edge_sink.hpp>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The memory of collections, kept from one to the next.
struct trial_memory {
  raw_array<worklist_entry> worklist;
  raw_array<edge> edges;            ///< what `worklist` report, in their order; without a slot if it leads outside
  raw_array<worklist_entry> queue;  ///< what is known to be alive, where garbage and living mix
  trace_audit audit;

  void release() noexcept {
    worklist.release();
    edges.release();
    queue.release();
    audit.release();
  }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
