#pragma once
/// \file
/// A visitor of one type, for traces that cannot be templates: virtual functions, and functions behind a pointer.

#include <ouro/config.hpp>
#include <ouro/trace/edge_sink.hpp>
#include <ouro/trace/nesting.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// What a walk can do with an edge of a type that it does not know.
struct edge_verbs {
  const void* memory;                           ///< which `traced_memory` the edge belongs to
  void (*report)(void* edge, edge_sink& sink);  ///< as `edge_traits<…>::report`, to a collector of that memory
};

/// Its address names the two policies at run time.
template <class RefcountPolicy, class CollectorPolicy>
OURO_SHARED_STATE inline constexpr char traced_memory = 0;

template <class Edge>
inline constexpr edge_verbs verbs_of{
    &traced_memory<typename edge_traits<Edge>::refcount, typename edge_traits<Edge>::collector>,
    [](void* edge, edge_sink& sink) {
      using traits = edge_traits<Edge>;
      traits::template report<typename traits::refcount, typename traits::collector>(*static_cast<Edge*>(edge), sink);
    }};

}  // namespace detail

/// What a trace gets that is no template, and so may be virtual:
/// ```
/// struct shape {
///   virtual void trace(ouro::edge_visitor& visit) { visit(parent_); }
///   virtual ~shape() = default;
/// };
/// struct group : shape {
///   void trace(ouro::edge_visitor& visit) override { shape::trace(visit); visit(children_); }
/// };
/// ```
/// So a `std::unique_ptr<shape>` shows the edges of the object that it really owns. It takes what other visitors take.
/// A call of it for each edge makes such a trace slower than a template.
class OURO_SHARED_TYPE edge_visitor {
 public:
  explicit edge_visitor(const detail::walk& of) noexcept : walk_{of} {}
  edge_visitor(const edge_visitor&) = delete;
  edge_visitor& operator=(const edge_visitor&) = delete;
  ~edge_visitor() = default;

  /// Visits edges, and what may hold edges. \throws std::bad_alloc where parts are nested deep, and what traces throw
  template <class... Members>
  void operator()(const Members&... members) const;

 private:
  detail::walk walk_;
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
