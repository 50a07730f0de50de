#pragma once
/// \file
/// Walks over the edges of one object: through its members, containers and what else it owns.

#include <ouro/base/throw.hpp>
#include <ouro/config.hpp>
#include <ouro/trace/aggregate.hpp>
#include <ouro/trace/base_part.hpp>
#include <ouro/trace/edge_visitor.hpp>
#include <ouro/trace/inherited_trace.hpp>
#include <ouro/trace/nesting.hpp>
#include <ouro/trace/opaque.hpp>
#include <ouro/trace/survey.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <cstddef>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {
namespace detail {

/// Reaches the container inside `std::stack`, `std::queue` and `std::priority_queue`, which is their protected member.
template <class Adapter>
struct adapted : Adapter {
  [[nodiscard]] static typename Adapter::container_type& container(Adapter& adapter) noexcept {
    return adapter.*&adapted::c;
  }

  /// Puts the elements of a `std::priority_queue` in order again.
  static void restore(Adapter& adapter) { adapter = Adapter{adapter.*&adapted::comp, std::move(adapter.*&adapted::c)}; }
};

/// Whether the elements lie in the container itself, and move with it.
template <class Container>
concept is_array_like = requires { std::tuple_size<Container>::value; };

/// Calls `see` with the parts of each element that may hold edges. `see` may change them: since the container finds its
/// elements by their values, each element is taken out first and put back afterwards.
template <class Container, class See>
void reinsert_each(Container& container, See see) {
  Container changed{std::move(container)};
  container.clear();
  move_nodes(changed, container, see);
}

/// The walk that `see_edge` begins, or takes part in.
template <class SeeEdge>
[[nodiscard]] OURO_ALWAYS_INLINE walk walk_of(const SeeEdge& see_edge) noexcept {
  if constexpr (requires { see_edge.within_walk(); }) {
    return see_edge.within_walk();
  } else if constexpr (requires(void* edge, const edge_verbs& verbs) { see_edge.see_any(edge, verbs); }) {
    return {&see_edge,
            [](const void* with, void* edge, const edge_verbs& verbs) {
              static_cast<const SeeEdge*>(with)->see_any(edge, verbs);
            },
            &see_edge.within()};
  } else if constexpr (sees_handles<SeeEdge>) {
    return {&see_edge, nullptr, &see_edge.within(), see_edge.surveys()};
  } else {
    return {&see_edge, nullptr, &see_edge.within()};
  }
}

/// The `SeeEdge` of the visitor that began the walk and has gone since.
template <class SeeEdge>
[[nodiscard]] decltype(auto) see_edge_of(const walk& of) noexcept {
  if constexpr (requires { SeeEdge::of_walk(of); }) {
    return SeeEdge::of_walk(of);
  } else {
    return *static_cast<const SeeEdge*>(of.see_edge);
  }
}

/// Whether edges of types that the walk does not know can be given to it.
template <class SeeEdge>
inline constexpr bool shows_edges_of_any_type =
    sees_handles<SeeEdge> ||
    requires(const SeeEdge& see_edge, void* edge, const edge_verbs& verbs) { see_edge.see_any(edge, verbs); };

/// Gives each edge to another `SeeEdge`, and has the visitor pass over parts that the library cannot see through. Edges
/// in such parts count as external references.
template <class SeeEdge>
struct skip_opaque_parts {
  static constexpr bool changes_edges = SeeEdge::changes_edges;
  static constexpr bool skips_opaque = true;
  static constexpr bool sees_handles = detail::sees_handles<SeeEdge>;

  template <class Edge>
  OURO_ALWAYS_INLINE void operator()(Edge& edge) const {
    see_edge(edge);
  }

  template <class Handle>
  OURO_ALWAYS_INLINE void see_handle(Handle& handle) const {
    see_edge.see_handle(handle);
  }
  template <class T>
  void see_opaque(const char* why) const {
    see_edge.template see_opaque<T>(why);
  }
  template <class T>
  void see_hidden(const T& part) const {
    see_edge.see_hidden(part);
  }
  [[nodiscard]] survey_sink* surveys() const noexcept { return see_edge.surveys(); }

  [[nodiscard]] OURO_ALWAYS_INLINE nesting& within() const noexcept { return see_edge.within(); }

  [[nodiscard]] walk within_walk() const noexcept { return walk_of(see_edge); }
  [[nodiscard]] static skip_opaque_parts of_walk(const walk& of) noexcept { return {see_edge_of<SeeEdge>(of)}; }

  const SeeEdge& see_edge;
};

template <class SeeEdge>
inline constexpr bool shows_edges_of_any_type<skip_opaque_parts<SeeEdge>> = shows_edges_of_any_type<SeeEdge>;

/// What a `trace` that is a template knows as `visit`: `visit(left, right, children)`. Takes edges, and anything that
/// may hold edges, and gives each edge to `see_edge`. `SeeEdge::changes_edges` says whether that writes to them,
/// `within()` how deep the walk is.
template <class SeeEdge>
class visitor {
 public:
  explicit visitor(const SeeEdge& see_edge) noexcept : see_edge_{see_edge} {}

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

  /// Only the visitor of a survey has it.
  [[nodiscard]] static constexpr bool is_survey() noexcept
    requires sees_handles<SeeEdge>
  {
    return true;
  }

  /// Visits the edges of whole objects, of which the library need not see all.
  template <class... T>
  OURO_ALWAYS_INLINE void visit_what_is_seen(T&... objects) const {
    const skip_opaque_parts<SeeEdge> see_edge{see_edge_};
    const visitor<skip_opaque_parts<SeeEdge>> visit{see_edge};
    (visit.visit_object(objects), ...);
  }

 private:
  static constexpr bool skips_opaque = requires { requires SeeEdge::skips_opaque; };

  template <class T>
  OURO_ALWAYS_INLINE void see(T& object) const {
    constexpr trace_kind seen = trace_kind_of<T>();
    if constexpr (is_base_part<T>) {
      see_base(object.part);
    } else if constexpr (sees_handles<SeeEdge> && is_handle<T>) {
      see_edge_.see_handle(object);
    } else if constexpr (sees_handles<SeeEdge> && seen == trace_kind::opaque) {
      see_edge_.template see_opaque<T>("the library cannot see through it");
    } else if constexpr (sees_handles<SeeEdge> && seen == trace_kind::none) {
      if constexpr (hides_content<T>()) see_edge_.see_hidden(object);
    } else if constexpr (seen == trace_kind::opaque) {
      if constexpr (!skips_opaque) refuse_opaque<T>();
    } else if constexpr (seen == trace_kind::edge) {
      see_edge_(object);
    } else if constexpr (seen == trace_kind::foreign || seen == trace_kind::member) {
      see_nested(object);
    } else if constexpr (seen != trace_kind::none && !has_nothing_to_see<SeeEdge, T>()) {
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
    } else if constexpr (!has_nothing_to_see<SeeEdge, T>()) {
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
      next.see(walk_of(see_edge_), next.at);
    }
  }

  template <class T>
  static void see_later(const walk& of, void* part) {
    auto&& see_edge = see_edge_of<SeeEdge>(of);
    const visitor visit{see_edge};
    visit.look_into(*static_cast<T*>(part));
  }

  template <class T>
  OURO_ALWAYS_INLINE void look_into(T& object) const {
    constexpr trace_kind seen = trace_kind_of<T>();
    if constexpr (seen == trace_kind::foreign) {
      tracer<T>::trace(object, *this);  // calls user code: it may throw; nothing of the heap may be changed
    } else if constexpr (seen == trace_kind::member) {
      call_trace<T>([&object](auto& visit) { object.trace(visit); });
    } else {
      see_parts<seen>(object);
    }
  }

  /// Calls `trace(visit)` for an object of class `T` with a visitor of the type that its trace takes.
  template <class T, class Trace>
  OURO_ALWAYS_INLINE void call_trace(Trace trace) const {
    OURO_REQUIRE(T,
                 "ouro: its `trace` is inherited, and does not show the members that the class adds: give it "
                 "`void trace(auto&& visit) { base::trace(visit); visit(members...); }`",
                 skips_opaque || sees_handles<SeeEdge> || trace_knows_members<T>());
    if constexpr (sees_handles<SeeEdge> && !trace_knows_members<T>()) {
      see_edge_.template see_opaque<T>("its trace is inherited, and does not show the members that it adds");
    }
    if constexpr (has_template_trace<T>) {
      trace(*this);  // calls user code: it may throw; nothing of the heap may be changed
    } else {
      OURO_REQUIRE(T,
                   "ouro: its `trace` takes an `ouro::edge_visitor`, which serves collections; a copy needs a `trace` "
                   "that is a template: `void trace(auto&& visit) { visit(members...); }`",
                   shows_edges_of_any_type<SeeEdge>);
      edge_visitor visit{walk_of(see_edge_)};
      trace(visit);  // calls user code: as above
    }
  }

  /// The part of an object that is a base class. Not by a virtual call, which would lead to the trace that asks for it.
  template <class Base>
  OURO_ALWAYS_INLINE void see_base(Base& base) const {
    if constexpr (trace_kind_of<Base>() == trace_kind::member) {
      call_trace<Base>([&base](auto& visit) { base.Base::trace(visit); });
    } else {
      see(base);
    }
  }

  template <trace_kind Seen, class T>
  void see_parts(T& object) const {
    if constexpr (Seen == trace_kind::range && SeeEdge::changes_edges && has_keys_to_see<SeeEdge, T>()) {
      const nesting::unlimited lies_elsewhere_later{see_edge_.within()};
      const auto see_part = [this](const auto& part) { (*this)(part); };
      if constexpr (requires { object.rekey(see_part); }) {
        object.rekey(see_part);
      } else {
        reinsert_each(object, see_part);
      }
    } else if constexpr (Seen == trace_kind::range && sees_handles<SeeEdge> && has_keys_to_see<SeeEdge, T>()) {
      survey_keyed(object, *see_edge_.surveys(), [this](const auto& part) { (*this)(part); });
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

/// Gives the edges that an `edge_visitor` meets to the walk which it is a part of.
struct see_edges_of_any_type {
  static constexpr bool changes_edges = false;

  template <class Edge>
  void operator()(Edge& edge) const {
    of.see_any(of.see_edge, std::addressof(edge), verbs_of<Edge>);
  }

  [[nodiscard]] nesting& within() const noexcept { return *of.within; }

  [[nodiscard]] const walk& within_walk() const noexcept { return of; }
  [[nodiscard]] static see_edges_of_any_type of_walk(const walk& of) noexcept { return {of}; }

  walk of;
};

template <>
inline constexpr bool shows_edges_of_any_type<see_edges_of_any_type> = true;

}  // namespace detail

template <class... Members>
void edge_visitor::operator()(const Members&... members) const {
  if (walk_.surveys != nullptr) {
    const detail::survey_reporter report{*walk_.surveys};
    const detail::visitor visit{report};
    return visit(members...);
  }
  const detail::see_edges_of_any_type see_edge{walk_};
  const detail::visitor visit{see_edge};
  visit(members...);
}

}  // namespace ouro

#include <ouro/macros/restore.hpp>
