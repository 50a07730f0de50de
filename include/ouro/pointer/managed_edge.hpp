#pragma once
/// \file
/// How a trace reports a `managed_ptr`.

#include <ouro/collector/collector_policy.hpp>
#include <ouro/collector/surveyed_memory.hpp>
#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/trace/cyclic_types.hpp>
#include <ouro/trace/edge_sink.hpp>
#include <ouro/trace/survey.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <memory>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Whether a collection may have to examine what a `managed_ptr<T>` points to, as far as this file knows `T`.
template <class CollectorPolicy, class T>
[[nodiscard]] consteval bool is_examined() {
  if constexpr (!finds_cycles<CollectorPolicy>) {
    return false;
  } else if constexpr (edges_known<pointee_node<T>>()) {
    return may_be_cyclic<std::remove_cv_t<T>>();
  } else {
    return true;
  }
}

/// Whether a collector with the policies that trace is told of a `managed_ptr<T, R, C, A>`: one of its own heap is,
/// unless no garbage cycle can lead through the target.
template <class TracingRefcount, class TracingCollector, class T, class R, class C>
[[nodiscard]] consteval bool is_reported() {
  if constexpr (std::is_same_v<R, TracingRefcount> && std::is_same_v<C, TracingCollector>) {
    return is_examined<C, T>();
  } else {
    return false;
  }
}

template <class T, class R, class C, class A>
struct edge_traits<managed_ptr<T, R, C, A>> {
  using refcount = R;
  using collector = C;
  using pointee = T;

  template <class TracingRefcount, class TracingCollector>
  OURO_ALWAYS_INLINE static void report(managed_ptr<T, R, C, A>& edge, edge_sink& sink) {
    if constexpr (is_reported<TracingRefcount, TracingCollector, T, R, C>()) {
      if (edge.pointee_ != nullptr) sink.push(header_of<R>(edge.pointee_), std::addressof(edge.pointee_));
    }
  }

  /// Reports the pointer to a survey, whatever it points to.
  OURO_ALWAYS_INLINE static void survey(managed_ptr<T, R, C, A>& edge, survey_sink& sink) {
    if (edge.pointee_ == nullptr) return;
    if constexpr (counts_itself<R>) {
      sink.guide().see_unknown(type_name_of<T>, "it counts itself");
    } else {
      survey_edge<R, C>(header_of<R>(edge.pointee_), std::addressof(edge.pointee_), sink);
    }
  }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
