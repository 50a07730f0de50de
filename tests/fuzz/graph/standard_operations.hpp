#pragma once
/// \file
/// The operations of the graph fuzzer on the standard containers of objects, on the library and on the oracle.

#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/graph.hpp>
#include <fuzz/graph/shadow.hpp>
#include <fuzz/graph/wide_node.hpp>

#include <cstddef>
#include <cstdint>

namespace ouro::fuzz {

/// The operations in one heap. The changed object is held, since an allocation may begin a collection, and destructors
/// must not change the container.
template <class Kit>
class standard_operations {
  using state = graph<Kit>;
  using wide = typename state::wide;
  using pointer = typename state::pointer;

 public:
  explicit standard_operations(state& of) noexcept : in_{of}, oracle_{of.oracle} {}

  /// Runs the operation if it is one of these. Returns whether it is.
  bool run(operation what) {
    if (what.what < opcode::insert_in_row || what.what > opcode::walk_tree) return false;
    in_.with_wide_from(what.b, [&](wide& of) { run_on(of, what); });
    return true;
  }

 private:
  [[nodiscard]] static place in_row(const wide& of, std::size_t index) noexcept {
    return of.at(wide::first_in_row + index);
  }
  [[nodiscard]] static place in_tree(const wide& of, int key) noexcept {
    return of.at(wide::first_in_tree + static_cast<std::size_t>(key));
  }

  void run_on(wide& of, operation what) {
    const std::size_t size = of.row.size();
    const int key = what.c % static_cast<int>(wide::most_in_tree);
    const auto in_range = [&](std::size_t end) { return static_cast<std::ptrdiff_t>(what.c % end); };
    switch (what.what) {
      case opcode::insert_in_row:
        if (size != wide::most_in_row) insert(of, static_cast<std::size_t>(in_range(size + 1)), what.a);
        return;
      case opcode::erase_in_row:
        if (size == 0) return;
        oracle_.erase_edge(of.id, wide::first_in_row, static_cast<std::size_t>(in_range(size)), size);
        of.row.erase(of.row.begin() + in_range(size));
        return;
      case opcode::walk_row:
        if (size == 0) return;
        in_.set_root(what.a, oracle_.get(in_row(of, static_cast<std::size_t>(in_range(size)))),
                     of.row.begin()[in_range(size)]);
        return;
      case opcode::put_in_tree:
        return put(of, key, what.a);
      case opcode::erase_in_tree:
        oracle_.set(in_tree(of, key), nobody);
        of.tree.erase(key);
        return;
      case opcode::walk_tree:
        if (const auto found = of.tree.find(key); found != of.tree.end())
          in_.set_root(what.a, oracle_.get(in_tree(of, key)), found->second);
        return;
      default:
        return;
    }
  }

  void insert(wide& of, std::size_t index, std::size_t from) {
    const pointer value = in_.root[from % handles];
    const object_id id = oracle_.get(root_place(from));
    const std::size_t size = of.row.size();
    of.row.insert(of.row.begin() + static_cast<std::ptrdiff_t>(index), value);
    oracle_.insert_edge(of.id, wide::first_in_row, index, size, id);
  }

  void put(wide& of, int key, std::size_t from) {
    const pointer value = in_.root[from % handles];
    const object_id id = oracle_.get(root_place(from));
    if (of.tree.contains(key)) oracle_.set(in_tree(of, key), id);
    of.tree.insert_or_assign(key, value);
    oracle_.set(in_tree(of, key), id);
  }

  state& in_;
  shadow& oracle_;
};

}  // namespace ouro::fuzz
