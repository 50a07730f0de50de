#pragma once
/// \file
/// The objects of the graph fuzzer with the largest number of members.

#include <fuzz/graph/nodes.hpp>
#include <fuzz/graph/weak_members.hpp>
#include <ouro/ouro.hpp>

#include <cstddef>
#include <type_traits>

namespace ouro::fuzz {

/// A rich node with weak containers.
template <class Kit>
struct wide_node : rich_node<Kit> {
  using base = rich_node<Kit>;
  using memory = typename base::memory;
  using pointer = typename base::pointer;

  static constexpr bool has_weak = !memory::refcount::is_thread_safe;
  static constexpr std::size_t first_known = 16, most_known = noted_edges<Kit>::most;

  explicit wide_node(graph<Kit>& of, behaviour what = behaviour::nothing, std::size_t with = 0)
      : base{of, what, with}, weak{of, this->id, first_known} {}
  /// The weak containers of a copy are empty.
  wide_node(const wide_node& from) : base{from}, weak{this->in, this->id, first_known} {
    this->in.oracle.clear_edges(this->id, first_known, most_known);
  }
  ~wide_node() override { this->end(wide_node::seen()); }

  void trace(auto&& visit) {
    base::trace(visit);
    visit(weak);
  }

  [[nodiscard]] edges_seen seen() const override {
    edges_seen all = base::seen();
    if constexpr (has_weak) {
      for (std::size_t i = 0; i != most_known; ++i) {
        if (const auto* const edge = weak.values.edges[i]; edge != nullptr) all[first_known + i] = edge->to.get();
      }
    }
    return all;
  }
  [[nodiscard]] wide_node* as_wide() noexcept override { return this; }

  std::conditional_t<has_weak, weak_members<Kit>, no_weak_members> weak;
};

}  // namespace ouro::fuzz

template <class Kit>
inline constexpr bool ouro::clonable<ouro::fuzz::wide_node<Kit>> = true;
