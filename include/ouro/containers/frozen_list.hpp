#pragma once
/// \file
/// Python's `tuple` of elements of one type.

#include <ouro/config.hpp>
#include <ouro/containers/untrack.hpp>
#include <ouro/fwd.hpp>
#include <ouro/pointer/block.hpp>
#include <ouro/pointer/make_managed.hpp>
#include <ouro/pointer/memory.hpp>
#include <ouro/trace/edge_sink.hpp>
#include <ouro/trace/trace_kind.hpp>

#include <compare>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// An immutable sequence in one block of exactly the size of its elements. All copies share the block and are pointers
/// of 8 bytes. An empty sequence has no block. A sequence whose elements point to no tracked object is not tracked
/// itself, as in CPython. Freed blocks are reused by sequences of the same size class, from the free lists of the
/// pools.
template <class T, class Memory = default_memory>
class OURO_SHARED_TYPE frozen_list {
  using pointer_type = typename Memory::template ptr<T[]>;

 public:
  using value_type = T;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using reference = const T&;
  using const_reference = const T&;
  using iterator = const T*;
  using const_iterator = const T*;
  using reverse_iterator = std::reverse_iterator<iterator>;
  using const_reverse_iterator = reverse_iterator;

  frozen_list() noexcept = default;

  /// \throws std::bad_alloc, and what copying an element throws
  frozen_list(std::initializer_list<T> elements) : frozen_list(elements.begin(), elements.end()) {}
  template <std::forward_iterator It>
  frozen_list(It first, It last) {
    if (first == last) return;
    items_ =
        detail::make_array_from<T, typename Memory::refcount, typename Memory::collector, typename Memory::allocator>(
            static_cast<size_type>(std::distance(first, last)), first);
    detail::untrack_if_acyclic(items_);
  }

  [[nodiscard]] size_type size() const noexcept {
    // Named here and not in the class, since `T` may be incomplete there and the layout depends on its definition.
    using layout =
        detail::block<T[], typename Memory::refcount, typename Memory::collector, typename Memory::allocator>;
    return items_ == nullptr ? 0 : layout::length(items_.get());
  }
  [[nodiscard]] bool empty() const noexcept { return items_ == nullptr; }

  [[nodiscard]] const T* data() const noexcept { return items_.get(); }
  [[nodiscard]] iterator begin() const noexcept { return data(); }
  [[nodiscard]] iterator end() const noexcept { return data() + size(); }
  [[nodiscard]] iterator cbegin() const noexcept { return begin(); }
  [[nodiscard]] iterator cend() const noexcept { return end(); }
  [[nodiscard]] reverse_iterator rbegin() const noexcept { return reverse_iterator{end()}; }
  [[nodiscard]] reverse_iterator rend() const noexcept { return reverse_iterator{begin()}; }

  /// \pre `index < size()`, and for `front` and `back`: not empty
  [[nodiscard]] reference operator[](size_type index) const noexcept { return data()[index]; }
  [[nodiscard]] reference front() const noexcept { return data()[0]; }
  [[nodiscard]] reference back() const noexcept { return data()[size() - 1]; }

  /// Whether both share one block: a comparison of pointers.
  [[nodiscard]] bool is(const frozen_list& with) const noexcept { return items_ == with.items_; }

  /// The block, which other pointers may share.
  [[nodiscard]] const pointer_type& block() const noexcept { return items_; }

  void swap(frozen_list& with) noexcept { items_.swap(with.items_); }
  friend void swap(frozen_list& left, frozen_list& right) noexcept { left.swap(right); }

  [[nodiscard]] friend bool operator==(const frozen_list& left, const frozen_list& right) {
    if (left.is(right)) return true;
    if (left.size() != right.size()) return false;
    size_type alike = 0;
    while (alike != left.size() && left[alike] == right[alike]) ++alike;
    return alike == left.size();
  }
  [[nodiscard]] friend auto operator<=>(const frozen_list& left, const frozen_list& right)
    requires std::three_way_comparable<T>
  {
    using ordering = std::compare_three_way_result_t<T>;
    for (size_type i = 0; i != left.size() && i != right.size(); ++i) {
      if (const ordering order = left[i] <=> right[i]; order != 0) return order;
    }
    return ordering{left.size() <=> right.size()};
  }

 private:
  friend struct detail::edge_traits<frozen_list>;

  pointer_type items_;
};

namespace detail {

/// A sequence is an edge to its block.
template <class T, class Memory>
struct edge_traits<frozen_list<T, Memory>> {
  using refcount = typename Memory::refcount;
  using collector = typename Memory::collector;
  using pointee = T[];
  using pointer = typename Memory::template ptr<T[]>;

  /// \see has_immutable_block
  static constexpr bool is_immutable = true;
  [[nodiscard]] static const pointer& block(const frozen_list<T, Memory>& edge) noexcept { return edge.items_; }
  static void set_block(frozen_list<T, Memory>& edge, pointer to) noexcept { edge.items_ = std::move(to); }

  template <class TracingRefcount, class TracingCollector>
  OURO_ALWAYS_INLINE static void report(frozen_list<T, Memory>& edge, edge_sink& sink) {
    edge_traits<pointer>::template report<TracingRefcount, TracingCollector>(edge.items_, sink);
  }

  OURO_ALWAYS_INLINE static void survey(frozen_list<T, Memory>& edge, survey_sink& sink) {
    edge_traits<pointer>::survey(edge.items_, sink);
  }
};

}  // namespace detail
}  // namespace ouro

#include <ouro/macros/restore.hpp>
