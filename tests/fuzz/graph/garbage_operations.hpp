#pragma once
/// \file
/// The operations of the graph fuzzer on garbage that collections keep, on the library and on the oracle.

#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/graph.hpp>
#include <fuzz/graph/shadow.hpp>
#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdint>

namespace ouro::fuzz {

/// The operations in one heap.
template <class Kit>
class garbage_operations {
  using state = graph<Kit>;
  using node = typename state::node;
  using gc = typename state::gc;

  static constexpr bool collects = state::collects;

 public:
  explicit garbage_operations(state& of) noexcept : in_{of}, oracle_{of.oracle} {}

  /// Runs the operation if it is one of these. Returns whether it is.
  bool run(operation what) {
    switch (what.what) {
      case opcode::keep_garbage:
        keep(what.a % 2 != 0 && !in_.is_limited);
        return true;
      case opcode::clear_garbage:
        clear();
        return true;
      case opcode::walk_garbage:
        walk(what.a, what.b);
        return true;
      default:
        return false;
    }
  }

  /// Tells the oracle which objects collections have kept.
  void look() {
    if constexpr (collects) {
      if (!in_.keeps_garbage) return;
      shadow::mask kept = 0;
      for (const auto& each : gc::garbage()) {
        const object_id id = oracle_.find(each.get());
        expect(id != nobody && (kept >> id & 1) == 0, "what was kept as garbage is no living object, or is kept twice");
        kept |= shadow::mask{1} << id;
      }
      oracle_.keep(kept);
    }
  }

  /// Releases all kept garbage, and keeps no more.
  void end() {
    keep(false);
    clear();
  }

 private:
  void keep(bool wanted) {
    if constexpr (collects) {
      gc::set_debug(wanted ? gc_debug::saveall : gc_debug::none);
      in_.keeps_garbage = wanted || oracle_.kept() != 0;
    }
  }

  void clear() {
    if constexpr (collects) {
      oracle_.keep(0);
      in_.keeps_garbage = gc::debug() == gc_debug::saveall;
      gc::clear_garbage();
    }
  }

  void walk(std::size_t to, std::size_t number) {
    if constexpr (collects) {
      const auto kept = gc::garbage();
      if (kept.empty()) return;
      void* const found = kept[number % kept.size()].get();
      const object_id id = oracle_.find(found);
      if (oracle_.kind(id) != object_kind::node) return;
      in_.set_root(to, id, Kit::memory::from_this(static_cast<node*>(found)));
    }
  }

  state& in_;
  shadow& oracle_;
};

}  // namespace ouro::fuzz
