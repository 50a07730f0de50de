#pragma once
/// \file
/// Which edges a deep copy follows, and which it shares.

#include <ouro/copy/clone.hpp>
#include <ouro/pointer/managed_ptr.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <type_traits>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// An edge of a class that contains a `managed_ptr`: a tuple with the pointer to its block, for example.
template <class Edge>
concept has_block = requires(Edge& edge) { edge_traits<Edge>::block(edge); };

/// An edge to an immutable block. Copies share the block if they share everything that can be reached from it.
template <class Edge>
concept has_immutable_block = has_block<Edge> && edge_traits<Edge>::is_immutable;

/// The `managed_ptr` that the edge is or contains.
template <class T, class R, class C, class A>
[[nodiscard]] const managed_ptr<T, R, C, A>& block_of(const managed_ptr<T, R, C, A>& edge) noexcept {
  return edge;  // NOLINT(bugprone-return-const-ref-from-parameter): temporaries are refused below
}
template <class T, class R, class C, class A>
void block_of(const managed_ptr<T, R, C, A>&& edge) = delete;  // the reference would dangle
/// A copy of it, if other threads may change the edge.
template <has_block Edge>
[[nodiscard]] decltype(auto) block_of(const Edge& edge) noexcept {
  return edge_traits<Edge>::block(edge);
}

template <class Pointer, class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
inline constexpr bool is_pointer_of = false;
template <class T, class R, class C, class A>
inline constexpr bool is_pointer_of<managed_ptr<T, R, C, A>, R, C, A> = true;

/// The memo type for pointers of these policies.
template <class Pointer>
struct memo_of;
template <class T, class R, class C, class A>
struct memo_of<managed_ptr<T, R, C, A>> {
  using type = deepcopy_memo<R, C, A>;
};

/// Rules for the edges of a copy under these policies.
template <class RefcountPolicy, class CollectorPolicy, class AllocatorPolicy>
struct copied_edges {
  /// Whether the copy of an object keeps this edge unchanged, so that both share its target. So it does with edges of
  /// other policies.
  template <class Edge>
  [[nodiscard]] static consteval bool is_shared() {
    if constexpr (requires(Edge& edge) { block_of(edge); }) {
      using block = std::remove_cvref_t<decltype(block_of(std::declval<Edge&>()))>;
      if constexpr (!is_pointer_of<block, RefcountPolicy, CollectorPolicy, AllocatorPolicy>) {
        return true;
      } else if constexpr (has_immutable_block<Edge>) {
        return is_leaf<std::remove_cv_t<typename block::element_type>>();
      } else {
        return shared_by_copies<typename edge_traits<Edge>::pointee>;
      }
    } else {
      return true;
    }
  }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
