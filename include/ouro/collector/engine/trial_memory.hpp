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
  raw_array<edge>
      edges;  ///< of the objects in `worklist`, in their order; an edge that leads out of the worklist has no slot
  raw_array<worklist_entry> queue;  ///< of the live scan
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
