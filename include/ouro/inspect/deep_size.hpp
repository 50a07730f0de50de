#pragma once
/// \file
/// The number of bytes of an object and of all objects that it reaches.

#include <ouro/base/address_map.hpp>
#include <ouro/collector/heap_view.hpp>
#include <ouro/fwd.hpp>
#include <ouro/object/type_record.hpp>
#include <ouro/pointer/block.hpp>
#include <ouro/pointer/counting.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/trace/cyclic_types.hpp>
#include <ouro/trace/edge_sink.hpp>
#include <ouro/trace/edge_visitor.hpp>
#include <ouro/trace/nesting.hpp>
#include <ouro/trace/trace_kind.hpp>
#include <ouro/trace/visitor.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// A walk over all reachable objects, each once. It finds edges by the types of the pointers, so that it also follows
/// edges that no collector follows. If the type of a pointer does not show all edges, it uses the object's trace.
template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
class size_walk {
  template <class T>
  using pointer = managed_ptr<T, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
  using header_type = header<RefcountPolicy>;

 public:
  static constexpr bool changes_edges = false;

  template <class T>
  void operator()(const pointer<T>& edge) const {
    if (edge == nullptr) return;
    header_type& target = *header_of<RefcountPolicy>(edge.get());
    if (is_new(&target)) open_.push_back({&target, &see<T>});
  }

  [[nodiscard]] nesting& within() const noexcept { return within_; }

  /// An edge that contains a pointer. Edges of other policies are not followed.
  template <class Edge>
  void operator()(const Edge& edge) const {
    if constexpr (requires { edge_traits<Edge>::block(edge); }) (*this)(edge_traits<Edge>::block(edge));
  }

  /// An edge of which only a collector's view is known.
  void see_any(void* edge, const edge_verbs& verbs) const {
    if (verbs.memory != &traced_memory<RefcountPolicy, CollectorPolicy>) return;
    edge_sink sink{[](void* with, detail::edge* first, detail::edge* last) {
                     const auto& walk = *static_cast<const size_walk*>(with);
                     for (; first != last; ++first) {
                       auto* const target = static_cast<header_type*>(first->target);
                       if (walk.is_new(target)) walk.open_.push_back({target, &see_by_trace});
                     }
                   },
                   const_cast<size_walk*>(this)};
    verbs.report(edge, sink);
    sink.flush();
  }

  [[nodiscard]] std::size_t run() {
    std::size_t bytes = 0;
    while (!open_.empty()) {
      const place next = open_.back();
      open_.pop_back();
      bytes += record_of(info_of<CollectorPolicy>(*next.object)).bytes(next.object->object());
      next.see(*this, *next.object);
    }
    return bytes;
  }

 private:
  struct place {
    header_type* object;
    void (*see)(const size_walk& walk, header_type& object);
  };

  template <class T>
  static void see(const size_walk& walk, header_type& object) {
    using held = pointee_node<T>;
    if constexpr (!edges_known<held>()) {
      see_by_trace(walk, object);
    } else if constexpr (!std::is_void_v<T>) {
      using layout = block<held, RefcountPolicy, CollectorPolicy, AllocatorPolicy>;
      const visitor visit{walk};
      auto* const elements = static_cast<typename layout::element*>(object.object());
      for (std::size_t i = 0, end = layout::length(elements); i != end; ++i) visit.visit_object(elements[i]);
    }
  }

  static void see_by_trace(const size_walk& walk, header_type& object) {
    for (header_type* const target : heap_view<RefcountPolicy, CollectorPolicy>::edges_of(object)) {
      if (walk.is_new(target)) walk.open_.push_back({target, &see_by_trace});
    }
  }

  [[nodiscard]] bool is_new(const header_type* object) const { return !std::exchange(met_[object], true); }

  mutable local_address_map<bool> met_;
  mutable std::vector<place> open_;
  mutable nesting within_;
};

}  // namespace detail

namespace functions {

/// The number of bytes of the blocks of the object and of all objects that it reaches over edges of its own policies,
/// each counted once. Other memory that members own is not included. Of a derived class, the edges are known that its
/// trace reports to a collector. 0 for null. O(objects and edges) time and memory, no recursion.
/// \throws std::bad_alloc, and what traces throw
template <class T, counts_in_header R, class C, class A>
[[nodiscard]] std::size_t deep_size_of(const managed_ptr<T, R, C, A>& object) {
  detail::size_walk<R, C, A> walk;
  walk(object);
  return walk.run();
}

}  // namespace functions
}  // namespace ouro

#include <ouro/macros/restore.hpp>
