#pragma once
/// \file
/// Reports every edge of an object, each exactly once.

#include <ouro/config.hpp>
#include <ouro/object/aggregate.hpp>
#include <ouro/object/edge_sink.hpp>
#include <ouro/object/leaf.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>

namespace ouro::detail {

/// Reaches the container inside `std::stack`, `std::queue` and `std::priority_queue`, which is their protected member.
template <class Adapter>
struct adapted : Adapter {
  [[nodiscard]] static typename Adapter::container_type& container(Adapter& adapter) noexcept {
    return adapter.*&adapted::c;
  }
};

/// What user code knows as `visit`: `visit(left, right, children)`. Takes edges, and anything that may hold edges.
/// `RefcountPolicy` and `CollectorPolicy` are those of the collector that traces; edges of other heaps are external to
/// it.
template <class RefcountPolicy, class CollectorPolicy>
class edge_visitor {
 public:
  explicit edge_visitor(edge_sink& sink) noexcept : sink_{sink} {}

  template <class... Members>
  OURO_ALWAYS_INLINE void operator()(const Members&... members) const {
    // A const member is traced, and nulled when it is garbage, like any other: the object itself is never const. As
    // const, bit-fields can be passed too.
    (see(const_cast<std::remove_cv_t<Members>&>(members)), ...);
  }

 private:
  template <class T>
  OURO_ALWAYS_INLINE void see(T& object) const {
    constexpr sight seen = sight_of<T>();
    static_assert(
        seen != sight::opaque,
        "ouro: cannot see the edges of T: give it `void trace(auto&& visit) { visit(members...); }`, specialise "
        "`ouro::tracer<T>`, or say that it has none: `template <> inline constexpr bool ouro::leaf<T> = true;`");
    if constexpr (seen == sight::edge) {
      edge_traits<T>::template report<RefcountPolicy, CollectorPolicy>(object, sink_);
    } else if constexpr (seen == sight::foreign) {
      tracer<T>::trace(object, *this);  // calls user code: it may throw; nothing of the heap may be changed
    } else if constexpr (seen == sight::member) {
      object.trace(*this);  // calls user code: as above
    } else if constexpr (seen != sight::none && !is_leaf<T>()) {
      see_parts<seen>(object);
    }
  }

  template <sight Seen, class T>
  void see_parts(T& object) const {
    if constexpr (Seen == sight::array || Seen == sight::range) {
      for (auto&& element : object) (*this)(element);
    } else if constexpr (Seen == sight::optional) {
      if (object.has_value()) (*this)(*object);
    } else if constexpr (Seen == sight::owner) {
      if (object) (*this)(*object);
    } else if constexpr (Seen == sight::variant) {
      // `visit` is found by its argument, in std, whose header who has a variant has included.
      if (!object.valueless_by_exception()) visit([this](auto& active) { (*this)(active); }, object);
    } else if constexpr (Seen == sight::tuple) {
      std::apply(*this, object);
    } else if constexpr (Seen == sight::adapter) {
      (*this)(adapted<T>::container(object));
    } else {
      with_members(object, *this);
    }
  }

  edge_sink& sink_;
};

/// Reports the edges of one `T`. \throws what a user's trace throws
template <class RefcountPolicy, class CollectorPolicy, class T>
void trace_object(T& object, edge_sink& sink) {
  edge_visitor<RefcountPolicy, CollectorPolicy> const visit{sink};
  visit(object);
}

}  // namespace ouro::detail
