#pragma once
/// \file
/// Asks objects for their edges, by the traces of their types.

#include <ouro/base/diagnostics.hpp>
#include <ouro/collector/engine/trace_guard.hpp>
#include <ouro/config.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/object/worklist_entry.hpp>
#include <ouro/trace/edge_sink.hpp>

#include <cstddef>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Reports the edges of `worklist[i]`, and of those of its type that follow it before `last`, to the sink, and moves
/// `i` on. False when the trace throws. \pre `record` is the object's; a `trace_guard` is alive
[[nodiscard]] OURO_ALWAYS_INLINE bool trace_some(worklist_entry* const& worklist, std::size_t& i, std::size_t last,
                                                 const type_record& record, edge_sink& sink) noexcept {
  OURO_TRY {
    i = record.trace(worklist, i, last, sink);  // calls user code: it may only report
  }
  OURO_CATCH_ALL {
    unraisable(record.name);
    return false;
  }
  return true;
}

/// Hands all edges of the object behind `header` to the sink's phase, outside a collection. O(edges). \throws what the
/// trace throws \pre `record` is the object's, and has a trace
inline void trace_one(void* header, const type_record& record, edge_sink& sink) {
  const trace_guard guard;
  worklist_entry one{header, 0, 0};
  worklist_entry* const at = &one;
  static_cast<void>(record.trace(at, 0, 1, sink));  // calls user code: it may only report
  sink.flush();
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
