#pragma once
/// \file
/// Reports every edge of an object to a collector, each exactly once.

#include <ouro/config.hpp>
#include <ouro/trace/edge_sink.hpp>
#include <ouro/trace/edge_visitor.hpp>
#include <ouro/trace/nesting.hpp>
#include <ouro/trace/trace_kind.hpp>
#include <ouro/trace/visitor.hpp>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Writes edges to the sink: those of the collector's own heap; edges of others are external to it.
template <class RefcountPolicy, class CollectorPolicy>
struct edge_reporter {
  static constexpr bool changes_edges = false;

  template <class Edge>
  OURO_ALWAYS_INLINE void operator()(Edge& edge) const {
    edge_traits<Edge>::template report<RefcountPolicy, CollectorPolicy>(edge, sink);
  }

  void see_any(void* edge, const edge_verbs& verbs) const {
    if (verbs.memory == &traced_memory<RefcountPolicy, CollectorPolicy>) verbs.report(edge, sink);
  }

  [[nodiscard]] OURO_ALWAYS_INLINE nesting& within() const noexcept { return sink.within(); }

  edge_sink& sink;
};

/// Reports the edges of one `T`. \throws what a user's trace throws
template <class RefcountPolicy, class CollectorPolicy, class T>
void trace_object(T& object, edge_sink& sink) {
  const edge_reporter<RefcountPolicy, CollectorPolicy> report{sink};
  const visitor visit{report};
  visit.visit_object(object);
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
