#pragma once
/// \file
/// The operations of the graph fuzzer that copy objects, on the library and on the oracle.

#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/graph.hpp>
#include <fuzz/graph/nodes.hpp>
#include <fuzz/graph/shadow.hpp>
#include <ouro/ouro.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>

namespace ouro::fuzz {

/// The operations in one heap.
template <class Kit>
class copy_operations {
  using state = graph<Kit>;
  using node = typename state::node;
  using pointer = typename state::pointer;

 public:
  explicit copy_operations(state& of) noexcept : in_{of}, oracle_{of.oracle} {}

  /// Runs the operation if it is one of these. Returns whether it is.
  bool run(operation what) {
    switch (what.what) {
      case opcode::copy:
        copy(what.a, what.b);
        return true;
      case opcode::deepcopy:
        deepcopy(what.a, what.b);
        return true;
      default:
        return false;
    }
  }

 private:
  void copy(std::size_t to, std::size_t from) {
    if (!oracle_.has_room() || in_.root[from % handles] == nullptr) return;
    const std::uint64_t events = oracle_.events();
    pointer made = ouro::copy(in_.root[from % handles]);
    const object_id id = made->id;
    check_edges(shadow::mask{1} << id, oracle_.events() - events);
    in_.set_root(to, id, std::move(made));
  }

  void deepcopy(std::size_t to, std::size_t from) {
    const pointer& original = in_.root[from % handles];
    if (original == nullptr || !oracle_.begin_copy(original->id)) return;
    const std::uint64_t events = oracle_.events();
    pointer made;
    try {
      made = ouro::deepcopy(original);
    } catch (...) {
      // Objects that wait for their destruction are parts of failed copies.
      oracle_.each(oracle_.end_failed_copy(), [this](object_id id) { oracle_.edges_are(id, seen(id)); });
      throw;
    }
    const shadow::mask copies = oracle_.end_copy([](const void* raw) { return strong_count<Kit>(raw) == 0; });
    check_edges(copies, oracle_.events() - events);
    const object_id id = made->id;
    in_.set_root(to, id, std::move(made));
  }

  /// If nothing but the making of the copies has happened, they have the edges of the originals. Otherwise user code
  /// may have changed these after the oracle saw them, and before they were copied.
  void check_edges(shadow::mask copies, std::uint64_t events) {
    const bool is_undisturbed = events == static_cast<std::uint64_t>(std::popcount(copies));
    oracle_.each(copies, [&](object_id id) {
      is_undisturbed ? oracle_.expect_edges(id, seen(id)) : oracle_.edges_are(id, seen(id));
    });
  }

  /// The edges of an object as the library has them.
  [[nodiscard]] edges_seen seen(object_id of) {
    const void* const raw = oracle_.raw(of);
    edges_seen all{};
    switch (oracle_.kind(of)) {
      case object_kind::node:
        return static_cast<const node*>(raw)->seen();
      case object_kind::array:
        for (std::size_t i = 0; i != cells; ++i) all[i] = static_cast<const cell<Kit>*>(raw)[i].edge.get();
        return all;
      case object_kind::tuple:
        const auto& block = *static_cast<const typename state::tuple_block*>(raw);
        return {std::get<1>(block).get(), std::get<2>(block).get(), std::get<3>(block).get()};
    }
    return all;
  }

  state& in_;
  shadow& oracle_;
};

}  // namespace ouro::fuzz
