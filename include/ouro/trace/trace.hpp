#pragma once
/// \file
/// Reports every edge of an object, each exactly once.

#include <ouro/base/throw.hpp>
#include <ouro/config.hpp>
#include <ouro/trace/aggregate.hpp>
#include <ouro/trace/edge_sink.hpp>
#include <ouro/trace/inherited_trace.hpp>
#include <ouro/trace/nesting.hpp>
#include <ouro/trace/opaque.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <cstddef>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Reaches the container inside `std::stack`, `std::queue` and `std::priority_queue`, which is their protected member.
template <class Adapter>
struct adapted : Adapter {
  [[nodiscard]] static typename Adapter::container_type& container(Adapter& adapter) noexcept {
    return adapter.*&adapted::c;
  }

  /// Puts the elements of a `std::priority_queue` in order again.
  static void restore(Adapter& adapter) { adapter = Adapter{adapter.*&adapted::comp, std::move(adapter.*&adapted::c)}; }
};

/// Whether a container finds its elements by keys that may hold edges, so that it must be told of each new key.
template <class Container>
[[nodiscard]] consteval bool has_keys_with_edges() {
  if constexpr (requires { typename Container::key_type; }) {
    return !is_leaf<std::remove_cv_t<typename Container::key_type>>();
  } else {
    return false;
  }
}

/// Whether the elements lie in the container itself, and move with it.
template <class Container>
concept is_array_like = requires { std::tuple_size<Container>::value; };

/// Calls `see` with the parts of each element that may hold edges. `see` may change them: since the container finds its
/// elements by their values, each element is taken out first and put back afterwards.
template <class Container, class See>
void reinsert_each(Container& container, See see) {
  Container changed{std::move(container)};
  container.clear();
  while (!changed.empty()) {
    auto node = changed.extract(changed.begin());
    if constexpr (requires { node.key(); }) {
      see(node.key());
      see(node.mapped());
    } else {
      see(node.value());
    }
    container.insert(std::move(node));
  }
}

/// What user code knows as `visit`: `visit(left, right, children)`. Takes edges, and anything that may hold edges, and
/// gives each edge to `see_edge`. `SeeEdge::changes_edges` says whether that writes to them, `within()` how deep the
/// walk is.
template <class SeeEdge>
class edge_visitor {
 public:
  explicit edge_visitor(const SeeEdge& see_edge) noexcept : see_edge_{see_edge} {}

  template <class... Members>
  OURO_ALWAYS_INLINE void operator()(const Members&... members) const {
    // A const member is traced, and nulled when it is garbage, like any other: the object itself is never const. As
    // const, bit-fields can be passed too.
    (see(const_cast<std::remove_cv_t<Members>&>(members)), ...);
  }

  /// Visits the edges of a whole object, however deep its parts are nested, in constant stack.
  /// \throws std::bad_alloc where the parts are nested deep, and what a user's trace throws
  template <class T>
  OURO_ALWAYS_INLINE void visit_object(T& object) const {
    constexpr trace_kind seen = trace_kind_of<T>();
    if constexpr (seen == trace_kind::foreign || seen == trace_kind::member) {
      look_into(object);
    } else {
      see(object);
    }
  }

 private:
  template <class T>
  OURO_ALWAYS_INLINE void see(T& object) const {
    constexpr trace_kind seen = trace_kind_of<T>();
    if constexpr (seen == trace_kind::opaque) {
      refuse_opaque<T>();
    } else if constexpr (seen == trace_kind::edge) {
      see_edge_(object);
    } else if constexpr (seen == trace_kind::foreign || seen == trace_kind::member) {
      see_nested(object);
    } else if constexpr (seen != trace_kind::none && !is_leaf<T>()) {
      see_parts<seen>(object);
    }
  }

  /// A part with memory of its own, in which there may be another one, and so on.
  template <class T>
  OURO_ALWAYS_INLINE void see_owned(T& part) const {
    constexpr trace_kind seen = trace_kind_of<T>();
    if constexpr (seen == trace_kind::edge || seen == trace_kind::none || seen == trace_kind::foreign ||
                  seen == trace_kind::member || seen == trace_kind::opaque) {
      see(part);
    } else if constexpr (!is_leaf<T>()) {
      see_nested(part);
    }
  }

  /// Looks into a part now or, where that could take too much stack, later.
  template <class T>
  void see_nested(T& part) const {
    nesting& within = see_edge_.within();
    if (within.is_full()) [[unlikely]] {
      if (within.put_off({std::addressof(part), &see_later<T>})) return;
      // Without exceptions there is nothing better to do than to go on, as far as the stack reaches.
      if constexpr (has_exceptions) throw_bad_alloc();
    }
    const nesting::level level{within};
    look_into(part);
    while (level.is_outermost() && within.has_parts()) [[unlikely]] {
      const nesting::part next = within.take();
      next.see(this, next.at);
    }
  }

  template <class T>
  static void see_later(const void* visitor, void* part) {
    static_cast<const edge_visitor*>(visitor)->look_into(*static_cast<T*>(part));
  }

  template <class T>
  OURO_ALWAYS_INLINE void look_into(T& object) const {
    constexpr trace_kind seen = trace_kind_of<T>();
    if constexpr (seen == trace_kind::foreign) {
      tracer<T>::trace(object, *this);  // calls user code: it may throw; nothing of the heap may be changed
    } else if constexpr (seen == trace_kind::member) {
      OURO_REQUIRE(T,
                   "ouro: its `trace` is inherited, and does not show the members that the class adds: give it "
                   "`void trace(auto&& visit) { base::trace(visit); visit(members...); }`",
                   trace_knows_members<T>());
      object.trace(*this);  // calls user code: as above
    } else {
      see_parts<seen>(object);
    }
  }

  template <trace_kind Seen, class T>
  void see_parts(T& object) const {
    if constexpr (Seen == trace_kind::range && SeeEdge::changes_edges && has_keys_with_edges<T>()) {
      const nesting::unlimited lies_elsewhere_later{see_edge_.within()};
      const auto see_part = [this](const auto& part) { (*this)(part); };
      if constexpr (requires { object.rekey(see_part); }) {
        object.rekey(see_part);
      } else {
        reinsert_each(object, see_part);
      }
    } else if constexpr (Seen == trace_kind::array) {
      for (auto&& element : object) (*this)(element);
    } else if constexpr (Seen == trace_kind::range) {
      for (auto&& element : object) {
        if constexpr (std::is_lvalue_reference_v<decltype(element)> && !is_array_like<T>) {
          see_owned(const_cast<std::remove_cvref_t<decltype(element)>&>(element));
        } else {
          (*this)(element);
        }
      }
    } else if constexpr (Seen == trace_kind::optional) {
      if (object.has_value()) (*this)(*object);
    } else if constexpr (Seen == trace_kind::owner) {
      if (object) see_owned(const_cast<std::remove_cvref_t<decltype(*object)>&>(*object));
    } else if constexpr (Seen == trace_kind::variant) {
      // `std::visit` is found by its argument: a program that has a variant has included its header.
      if (!object.valueless_by_exception()) visit([this](auto& active) { (*this)(active); }, object);
    } else if constexpr (Seen == trace_kind::tuple) {
      std::apply(*this, object);
    } else if constexpr (Seen == trace_kind::adapter) {
      if constexpr (SeeEdge::changes_edges && requires { typename T::value_compare; }) {
        const nesting::unlimited is_compared{see_edge_.within()};
        (*this)(adapted<T>::container(object));
        adapted<T>::restore(object);
      } else {
        (*this)(adapted<T>::container(object));
      }
    } else {
      with_members(object, *this);
    }
  }

  const SeeEdge& see_edge_;
};

/// Writes edges to the sink: those of the collector's own heap; edges of others are external to it.
template <class RefcountPolicy, class CollectorPolicy>
struct edge_reporter {
  static constexpr bool changes_edges = false;

  template <class Edge>
  OURO_ALWAYS_INLINE void operator()(Edge& edge) const {
    edge_traits<Edge>::template report<RefcountPolicy, CollectorPolicy>(edge, sink);
  }

  [[nodiscard]] OURO_ALWAYS_INLINE nesting& within() const noexcept { return sink.within(); }

  edge_sink& sink;
};

/// Reports the edges of one `T`. \throws what a user's trace throws
template <class RefcountPolicy, class CollectorPolicy, class T>
void trace_object(T& object, edge_sink& sink) {
  const edge_reporter<RefcountPolicy, CollectorPolicy> report{sink};
  const edge_visitor visit{report};
  visit.visit_object(object);
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
