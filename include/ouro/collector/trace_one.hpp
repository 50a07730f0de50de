#pragma once
/// \file
/// Asks a single object for its edges, outside a collection.

#include <ouro/collector/trace_guard.hpp>
#include <ouro/object/edge_sink.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/object/visited.hpp>

namespace ouro::detail {

/// Hands all edges of the object behind `header` to the sink's phase. O(edges). \throws what the trace throws
/// \pre `record` is the object's, and has a trace
inline void trace_one(void* header, const type_record& record, edge_sink& sink) {
  const trace_guard guard;
  visited one{header, 0, 0};
  visited* const at = &one;
  static_cast<void>(record.trace(at, 0, 1, sink));  // calls user code: it may only report
  sink.flush();
}

}  // namespace ouro::detail
