#pragma once
/// \file
/// Python's `tuple` of elements of several types.

#include <ouro/config.hpp>
#include <ouro/containers/untrack.hpp>
#include <ouro/fwd.hpp>
#include <ouro/pointer/make_managed.hpp>
#include <ouro/pointer/memory.hpp>
#include <ouro/trace/edge_sink.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <compare>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// An immutable tuple under a choice of policies. All copies share one block and are pointers of 8 bytes. A tuple whose
/// elements point to no tracked object is not tracked itself. `get<I>(t)`, `std::tuple_size` and structured bindings
/// work as for `std::tuple`. The last element is destroyed first. `tuple<Ts...>` is the alias for default memory.
template <class Memory, class... Ts>
class OURO_SHARED_TYPE basic_tuple {
  using values = std::tuple<Ts...>;

 public:
  /// A tuple without a block. It may be read only if it is a `tuple<>`; so may a moved-from tuple.
  basic_tuple() noexcept = default;

  /// \throws std::bad_alloc, and what making an element throws
  template <class... Args>
    requires(sizeof...(Args) == sizeof...(Ts) && sizeof...(Ts) != 0 && (std::is_constructible_v<Ts, Args> && ...))
  explicit(sizeof...(Ts) == 1) basic_tuple(Args&&... elements)
      : values_{Memory::template make<values>(std::forward<Args>(elements)...)} {
    detail::untrack_if_acyclic(values_);
  }

  /// \pre has a block
  template <std::size_t I>
  [[nodiscard]] const std::tuple_element_t<I, values>& get() const noexcept {
    return std::get<I>(*values_);
  }

  /// Whether both share one block: a comparison of pointers.
  [[nodiscard]] bool is(const basic_tuple& with) const noexcept { return values_ == with.values_; }

  /// The block, which other pointers may share.
  [[nodiscard]] const typename Memory::template ptr<values>& block() const noexcept { return values_; }

  [[nodiscard]] friend bool operator==(const basic_tuple& left, const basic_tuple& right) {
    return left.is(right) || (left.values_ != nullptr && right.values_ != nullptr && *left.values_ == *right.values_);
  }
  [[nodiscard]] friend auto operator<=>(const basic_tuple& left, const basic_tuple& right)
    requires(std::three_way_comparable<Ts> && ...)
  {
    return *left.values_ <=> *right.values_;
  }

 private:
  friend struct detail::edge_traits<basic_tuple>;

  typename Memory::template ptr<values> values_;
};

/// Python's `tuple`, in default memory.
template <class... Ts>
using tuple = basic_tuple<default_memory, Ts...>;

/// An element by its number, as for `std::tuple`.
template <std::size_t I, class Memory, class... Ts>
[[nodiscard]] const auto& get(const basic_tuple<Memory, Ts...>& of) noexcept {
  return of.template get<I>();
}

namespace functions {

/// A tuple of copies of its arguments. \throws std::bad_alloc, and what copying throws
template <class... Args>
[[nodiscard]] tuple<std::decay_t<Args>...> make_tuple(Args&&... elements) {
  return tuple<std::decay_t<Args>...>(std::forward<Args>(elements)...);
}

}  // namespace functions

namespace detail {

/// A tuple is an edge to its block.
template <class Memory, class... Ts>
struct edge_traits<basic_tuple<Memory, Ts...>> {
  using refcount = typename Memory::refcount;
  using collector = typename Memory::collector;
  using pointee = std::tuple<Ts...>;
  using pointer = typename Memory::template ptr<std::tuple<Ts...>>;

  /// \see has_immutable_block
  static constexpr bool is_immutable = true;
  [[nodiscard]] static const pointer& block(const basic_tuple<Memory, Ts...>& edge) noexcept { return edge.values_; }
  static void set_block(basic_tuple<Memory, Ts...>& edge, pointer to) noexcept { edge.values_ = std::move(to); }

  template <class TracingRefcount, class TracingCollector>
  OURO_ALWAYS_INLINE static void report(basic_tuple<Memory, Ts...>& edge, edge_sink& sink) {
    edge_traits<pointer>::template report<TracingRefcount, TracingCollector>(edge.values_, sink);
  }

  OURO_ALWAYS_INLINE static void survey(basic_tuple<Memory, Ts...>& edge, survey_sink& sink) {
    edge_traits<pointer>::survey(edge.values_, sink);
  }
};

}  // namespace detail
}  // namespace ouro

template <class Memory, class... Ts>
struct std::tuple_size<ouro::basic_tuple<Memory, Ts...>> : std::integral_constant<std::size_t, sizeof...(Ts)> {};

template <std::size_t I, class Memory, class... Ts>
struct std::tuple_element<I, ouro::basic_tuple<Memory, Ts...>> {
  using type = const std::tuple_element_t<I, std::tuple<Ts...>>;
};

#include <ouro/macros/restore.hpp>
