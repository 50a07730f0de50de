#pragma once
/// \file
/// The operations of the graph fuzzer on tuples and frozen lists, on the library and on the oracle.

#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/graph.hpp>
#include <fuzz/graph/nodes.hpp>
#include <fuzz/graph/shadow.hpp>
#include <fuzz/graph/wide_node.hpp>
#include <ouro/ouro.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>

namespace ouro::fuzz {

/// The operations in one heap.
template <class Kit>
class immutable_operations {
  using state = graph<Kit>;
  using wide = typename state::wide;
  using pointer = typename state::pointer;

 public:
  explicit immutable_operations(state& of) noexcept : in_{of}, oracle_{of.oracle} {}

  /// Runs the operation if it is one of these. Returns whether it is.
  bool run(operation what) {
    const auto [_, a, b, c] = what;
    auto& frozen = in_.frozen[a % few];
    auto& frozen_of_b = in_.frozen[b % few];
    switch (what.what) {
      case opcode::make_tuple:
        make_tuple(a, b, c);
        return true;
      case opcode::link_tuple:
        if (wide* const at = in_.wide_from(a))
          in_.assign(at->at(wide::tuple_edge), at->tuple, tuple_place(b), in_.tuples[b % few]);
        return true;
      case opcode::walk_tuple:
        if (wide* const at = in_.wide_from(b))
          in_.assign(tuple_place(a), in_.tuples[a % few], at->at(wide::tuple_edge), at->tuple);
        return true;
      case opcode::make_frozen:
        make_frozen(a, b, c);
        return true;
      case opcode::link_frozen:
        if (wide* const at = in_.wide_from(a))
          in_.assign(at->at(wide::frozen_edge), at->frozen, frozen_place(b), frozen_of_b);
        return true;
      case opcode::walk_frozen:
        if (wide* const at = in_.wide_from(b))
          in_.assign(frozen_place(a), frozen, at->at(wide::frozen_edge), at->frozen);
        return true;
      case opcode::walk_bead:
        if (!frozen_of_b.empty())
          in_.assign(root_place(a), in_.root[a % handles], frozen_of_b[c % cells].at(), frozen_of_b[c % cells].edge);
        return true;
      default:
        return false;
    }
  }

 private:
  void make_tuple(std::size_t to, std::size_t first, std::size_t second) {
    if (!oracle_.has_room()) return;
    const object_id left = oracle_.get(root_place(first));
    const object_id right = oracle_.get(root_place(second));
    const object_id any = oracle_.get(loose_place(second));
    const std::tuple held{in_.root[first % handles], in_.root[second % handles], in_.loose[second % few]};
    typename state::tuple made(in_, std::get<0>(held), std::get<1>(held), std::get<2>(held));
    const object_id id = get<0>(made).id;
    expect(oracle_.raw(id) == made.block().get(), "a tuple lies elsewhere than its elements");
    oracle_.set({id, 0}, left);
    oracle_.set({id, 1}, right);
    oracle_.set({id, 2}, any);
    oracle_.set(tuple_place(to), id);
    in_.tuples[to % few] = std::move(made);
  }

  /// The edges to root[first] and the roots behind it; null from number `ends` on.
  void make_frozen(std::size_t to, std::size_t first, std::size_t ends) {
    if (!oracle_.has_room()) return;
    array_plan<Kit> plan{in_, ends / 8};
    std::array<object_id, cells> ids{};
    for (std::size_t i = 0; i != cells; ++i) {
      ids[i] = i < ends % 8 ? oracle_.get(root_place(first + i)) : nobody;
      if (i < ends % 8) plan.edges[i] = in_.root[(first + i) % handles];
    }
    beads_of<Kit> made = plan.freeze();
    const object_id id = made[0].array;
    for (std::size_t i = 0; i != cells; ++i) oracle_.set(made[i].at(), ids[i]);
    oracle_.set(frozen_place(to), id);
    in_.frozen[to % few] = std::move(made);
  }

  state& in_;
  shadow& oracle_;
};

}  // namespace ouro::fuzz
