#pragma once
/// \file
/// The objects of the graph fuzzer with the largest number of members.

#include <fuzz/graph/nodes.hpp>
#include <fuzz/graph/weak_members.hpp>
#include <ouro/ouro.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <map>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace ouro::fuzz {

inline constexpr std::string_view attribute_names[] = {"the first attribute", "the second attribute",
                                                       "the third attribute", "the last attribute"};

/// Stands for members that objects which threads share cannot have.
struct no_attributes {};

/// A pointer that threads change at the same time. Objects of one thread have none.
template <class Kit>
class atomic_edge {
  using pointer = typename plain_node<Kit>::pointer;

 public:
  atomic_edge() = default;
  atomic_edge(const atomic_edge& from) noexcept : edge_{from.load()} {}
  atomic_edge& operator=(const atomic_edge&) = delete;
  ~atomic_edge() = default;

  void trace(auto&& visit) { visit(edge_); }

  [[nodiscard]] pointer load() const noexcept { return edge_.load(); }
  void store(pointer wanted) noexcept { edge_.store(std::move(wanted)); }
  [[nodiscard]] pointer exchange(pointer wanted) noexcept { return edge_.exchange(std::move(wanted)); }
  bool compare_exchange(pointer& expected, const pointer& wanted) noexcept {
    return edge_.compare_exchange_strong(expected, wanted);
  }

 private:
  typename Kit::memory::template atomic_ptr<plain_node<Kit>> edge_;
};

struct no_atomic_edge {};

/// A rich node with weak containers, attributes, immutable sequences and standard containers.
template <class Kit>
struct wide_node : rich_node<Kit> {
  using base = rich_node<Kit>;
  using memory = typename base::memory;
  using pointer = typename base::pointer;
  using in_tree = std::pair<const int, pointer>;

  static constexpr bool is_of_one_thread = !memory::refcount::is_thread_safe;
  static constexpr std::size_t first_known = 16, most_known = noted_edges<Kit>::most, frozen_edge = 20, tuple_edge = 21,
                               first_attribute = 22, most_attributes = std::size(attribute_names), first_in_row = 26,
                               most_in_row = 3, first_in_tree = 29, most_in_tree = 3;
  static constexpr std::size_t atomic_edge_of_wide = first_attribute;  ///< where shared objects have no attributes

  explicit wide_node(graph<Kit>& of, behaviour what = behaviour::nothing, std::size_t with = 0)
      : base{of, what, with}, weak{of, this->id, first_known} {}
  /// The weak containers of a copy are empty.
  wide_node(const wide_node& from)
      : base{from},
        weak{this->in, this->id, first_known},
        frozen{from.frozen},
        tuple{from.tuple},
        own{from.own},
        row{from.row},
        tree{from.tree},
        atomic{from.atomic} {
    this->in.oracle.clear_edges(this->id, first_known, most_known);
  }
  ~wide_node() override { this->end(wide_node::seen()); }

  void trace(auto&& visit) {
    base::trace(visit);
    visit(weak, frozen, tuple, own, row, tree, atomic);
  }

  [[nodiscard]] edges_seen seen() const override {
    edges_seen all = base::seen();
    all[frozen_edge] = frozen.block().get();
    all[tuple_edge] = tuple.block().get();
    for (std::size_t i = 0; i != row.size(); ++i) all[first_in_row + i] = row[i].get();
    for (const auto& [key, value] : tree) all[first_in_tree + static_cast<std::size_t>(key)] = value.get();
    for (std::size_t i = 0; i != most_known; ++i) {
      if (const auto* const edge = weak.values.edges[i]; edge != nullptr) all[first_known + i] = edge->to.get();
    }
    if constexpr (!is_of_one_thread) {
      all[atomic_edge_of_wide] = atomic.load().get();
    } else {
      own.each([&all](const interned_string& name, const pointer& value) {
        const auto found = std::find(std::begin(attribute_names), std::end(attribute_names), name);
        all[first_attribute + static_cast<std::size_t>(found - std::begin(attribute_names))] = value.get();
      });
    }
    return all;
  }
  [[nodiscard]] wide_node* as_wide() noexcept override { return this; }

  weak_members<Kit> weak;
  beads_of<Kit> frozen;
  tuple_of<Kit> tuple;
  std::conditional_t<is_of_one_thread, attributes<pointer, memory>, no_attributes> own;
  std::vector<pointer, typename memory::template std_allocator<pointer>> row;
  std::map<int, pointer, std::less<>, typename memory::template std_allocator<in_tree>> tree;
  std::conditional_t<is_of_one_thread, no_atomic_edge, atomic_edge<Kit>> atomic;
};

}  // namespace ouro::fuzz

template <class Kit>
inline constexpr bool ouro::clonable<ouro::fuzz::wide_node<Kit>> = true;
