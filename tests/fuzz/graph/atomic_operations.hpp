#pragma once
/// \file
/// The operations of the graph fuzzer on pointers that threads change at the same time, on the library and on the
/// oracle.

#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/expect.hpp>
#include <fuzz/graph/graph.hpp>
#include <fuzz/graph/shadow.hpp>
#include <ouro/ouro.hpp>

#include <cstddef>
#include <utility>

namespace ouro::fuzz {

/// The operations in one heap.
template <class Kit>
class atomic_operations {
  using state = graph<Kit>;
  using pointer = typename state::pointer;

 public:
  explicit atomic_operations(state& of) noexcept : in_{of}, oracle_{of.oracle} {}

  /// Runs the operation if it is one of these. Returns whether it is.
  bool run(operation what) {
    const auto [_, a, b, c] = what;
    switch (what.what) {
      case opcode::store_atomic:
        in_.with_atomic_from(a, [&](place at, auto& atomic) {
          oracle_.set(at, oracle_.get(root_place(b)));
          atomic.store(root(b));
        });
        return true;
      case opcode::load_atomic:
        in_.with_atomic_from(b, [&](place at, auto& atomic) {
          pointer loaded = atomic.load();
          expect(loaded.get() == held(at), "an atomic pointer leads to another object");
          in_.set_root(a, oracle_.get(at), std::move(loaded));
        });
        return true;
      case opcode::exchange_atomic:
        in_.with_atomic_from(b, [&](place at, auto& atomic) {
          oracle_.swap(root_place(a), at);
          root(a) = atomic.exchange(std::move(root(a)));
        });
        return true;
      case opcode::compare_atomic:
        in_.with_atomic_from(a, [&](place at, auto& atomic) { compare(at, atomic, b, c); });
        return true;
      default:
        return false;
    }
  }

 private:
  [[nodiscard]] pointer& root(std::size_t number) noexcept { return in_.root[number % handles]; }

  /// The address of the object that the oracle has at the place.
  [[nodiscard]] const void* held(place at) noexcept {
    const object_id id = oracle_.get(at);
    return id == nobody ? nullptr : oracle_.raw(id);
  }

  void compare(place at, auto& atomic, std::size_t expected, std::size_t wanted) {
    const void* const before = held(at);
    pointer compared = root(expected);
    const bool is_same = compared.get() == before;
    if (is_same) oracle_.set(at, oracle_.get(root_place(wanted)));
    expect(atomic.compare_exchange(compared, root(wanted)) == is_same, "an atomic pointer was compared wrongly");
    expect(compared.get() == before, "an atomic pointer has told of another object");
  }

  state& in_;
  shadow& oracle_;
};

}  // namespace ouro::fuzz
