#pragma once
/// \file
/// The operations of the graph fuzzer that change handles and objects, on the library and on the oracle.

#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/graph.hpp>
#include <fuzz/graph/nodes.hpp>
#include <fuzz/graph/shadow.hpp>
#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace ouro::fuzz {

/// The operations in one heap. An operation that drops a pointer tells the oracle first, one that may throw tells it
/// afterwards.
template <class Kit>
class operations {
  using state = graph<Kit>;
  using memory = typename state::memory;
  using node = typename state::node;
  using rich = typename state::rich;
  using wide = typename state::wide;
  using pointer = typename state::pointer;

 public:
  explicit operations(state& of) noexcept : in_{of}, oracle_{of.oracle} {}

  /// Runs the operation if it is one of these. Returns whether it is.
  bool run(operation what) { return run_on_nodes(what) || run_on_others(what); }

 private:
  [[nodiscard]] pointer& root(std::size_t number) noexcept { return in_.root[number % handles]; }
  [[nodiscard]] rich* rich_root(std::size_t number) noexcept {
    return root(number) == nullptr ? nullptr : root(number)->as_rich();
  }

  template <class Node, class... Args>
  void make(std::size_t to, Args... args) {
    if (!oracle_.has_room()) return;
    auto made = memory::template make<Node>(in_, args...);
    const object_id id = made->id;
    in_.set_root(to, id, std::move(made));
  }

  bool run_on_nodes(operation what) {
    const auto [_, a, b, c] = what;
    node* const first = root(a).get();
    node* const second = root(b).get();
    const std::size_t edge = c % 2;
    switch (what.what) {
      case opcode::make_plain:
        make<node>(a, behaviour_of(b), c);
        return true;
      case opcode::make_rich:
        make<rich>(a, behaviour_of(b), c);
        return true;
      case opcode::make_rising:
        make<rising<node>>(a, rising_behaviour_of(c), behaviour_of(b), c);
        return true;
      case opcode::make_rising_rich:
        make<rising<rich>>(a, rising_behaviour_of(c), behaviour_of(b), c);
        return true;
      case opcode::make_wide:
        make<wide>(a, behaviour_of(b), c);
        return true;
      case opcode::make_rising_wide:
        make<rising<wide>>(a, rising_behaviour_of(c), behaviour_of(b), c);
        return true;
      case opcode::make_eager:
        make<eager<node>>(a, rising_behaviour_of(b), c);
        return true;
      case opcode::make_copier:
        make<copier<Kit>>(a, behaviour_of(b), c);
        return true;
      case opcode::copy_root:
        in_.assign(root_place(a), root(a), root_place(b), root(b));
        return true;
      case opcode::move_root:
        if (&root(a) == &root(b)) return true;
        oracle_.set(root_place(a), oracle_.get(root_place(b)));
        oracle_.set(root_place(b), nobody);
        root(a) = std::move(root(b));
        return true;
      case opcode::drop_root:
        in_.drop(a);
        return true;
      case opcode::link:
        if (first != nullptr) in_.assign(first->at(edge), first->edge(edge), root_place(b), root(b));
        return true;
      case opcode::cut:
        if (first == nullptr) return true;
        oracle_.set(first->at(edge), nobody);
        first->edge(edge).reset();
        return true;
      case opcode::walk:
        if (second != nullptr) in_.assign(root_place(a), root(a), second->at(edge), second->edge(edge));
        return true;
      case opcode::step_over:
        if (first != nullptr) in_.assign(root_place(a), root(a), first->at(edge), first->edge(edge));
        return true;
      case opcode::swap_edges:
        if (first == nullptr || second == nullptr) return true;
        oracle_.swap(first->at(0), second->at(1));
        swap(first->left, second->right);
        return true;
      case opcode::from_this:
        if (second != nullptr) in_.set_root(a, second->id, memory::from_this(second));
        return true;
      case opcode::adopt: {
        const object_id released = oracle_.take(root_place(b));
        oracle_.set(root_place(a), released);
        root(a) = pointer::adopt(root(b).release());
        return true;
      }
      default:
        return false;
    }
  }

  bool run_on_others(operation what) {
    const auto [_, a, b, c] = what;
    auto& array = in_.array[a % few];
    auto& array_of_b = in_.array[b % few];
    auto& part = in_.part[a % few];
    const auto element = static_cast<std::ptrdiff_t>(c % cells);
    switch (what.what) {
      case opcode::make_array:
        make_array(a, b);
        return true;
      case opcode::link_cell:
        if (array != nullptr) in_.assign(array[element].at(), array[element].edge, root_place(b), root(b));
        return true;
      case opcode::walk_cell:
        if (array_of_b != nullptr)
          in_.assign(root_place(a), root(a), array_of_b[element].at(), array_of_b[element].edge);
        return true;
      case opcode::make_part:
        if (array_of_b == nullptr) return true;
        in_.assign(part_place(a), part, array_place(b), part_of_array<Kit>{array_of_b, &array_of_b[element]});
        return true;
      case opcode::link_part:
        if (rich* const at = rich_root(a))
          in_.assign(at->at(rich::part_edge), at->part, part_place(b), in_.part[b % few]);
        return true;
      case opcode::walk_part:
        if (rich* const at = rich_root(b)) in_.assign(part_place(a), part, at->at(rich::part_edge), at->part);
        return true;
      case opcode::write_part:
        if (part != nullptr) in_.assign(part->at(), part->edge, root_place(b), root(b));
        return true;
      case opcode::loosen:
        loosen(a, b, c);
        return true;
      case opcode::link_any:
        if (rich* const at = rich_root(a))
          in_.assign(at->at(rich::any_edge), at->any, loose_place(b), in_.loose[b % few]);
        return true;
      case opcode::walk_any:
        if (rich* const at = rich_root(b))
          in_.assign(loose_place(a), in_.loose[a % few], at->at(rich::any_edge), at->any);
        return true;
      case opcode::drop_few:
        drop_few(a, b);
        return true;
      default:
        return false;
    }
  }

  void make_array(std::size_t to, std::size_t throws_at) {
    if (!oracle_.has_room()) return;
    const array_plan<Kit> plan{in_, throws_at % 16};
    auto made = memory::template make<cell<Kit>[]>(cells, plan);
    oracle_.set(array_place(to), made[0].array);
    in_.array[to % few] = std::move(made);
  }

  void loosen(std::size_t to, std::size_t from, std::size_t kind) noexcept {
    auto& loose = in_.loose[to % few];
    switch (kind % 4) {
      case 0:
        return in_.assign(loose_place(to), loose, root_place(from), root(from));
      case 1:
        return in_.assign(loose_place(to), loose, array_place(from), in_.array[from % few]);
      case 2:
        return in_.assign(loose_place(to), loose, tuple_place(from), in_.tuples[from % few].block());
      default:
        return in_.assign(loose_place(to), loose, frozen_place(from), in_.frozen[from % few].block());
    }
  }

  void drop_few(std::size_t number, std::size_t kind) noexcept {
    switch (kind % 5) {
      case 0:
        return in_.drop(loose_place(number), in_.loose[number % few]);
      case 1:
        return in_.drop(array_place(number), in_.array[number % few]);
      case 2:
        return in_.drop(part_place(number), in_.part[number % few]);
      case 3:
        return in_.drop(tuple_place(number), in_.tuples[number % few]);
      default:
        return in_.drop(frozen_place(number), in_.frozen[number % few]);
    }
  }

  state& in_;
  shadow& oracle_;
};

}  // namespace ouro::fuzz
