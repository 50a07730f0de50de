#pragma once
/// \file
/// The operations of the graph fuzzer on the attributes of objects, on the library and on the oracle.

#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/graph.hpp>
#include <fuzz/graph/shadow.hpp>
#include <fuzz/graph/wide_node.hpp>
#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdint>
#include <new>

namespace ouro::fuzz {

/// The operations in one heap. The changed object is held, since an allocation may begin a collection.
template <class Kit>
class attribute_operations {
  using state = graph<Kit>;
  using wide = typename state::wide;
  using pointer = typename state::pointer;

 public:
  explicit attribute_operations(state& of) noexcept : in_{of}, oracle_{of.oracle} {}

  /// Runs the operation if it is one of these. Returns whether it is.
  bool run(operation what) {
    if (what.what < opcode::put_attribute || what.what > opcode::walk_attribute) return false;
    if constexpr (wide::is_of_one_thread) {
      const bool is_first = what.what == opcode::erase_attribute || what.what == opcode::swap_attributes;
      in_.with_wide_from(is_first ? what.a : what.b, [&](wide& of) { run_on(of, what); });
    }
    return true;
  }

 private:
  [[nodiscard]] pointer& root(std::size_t number) noexcept { return in_.root[number % handles]; }
  [[nodiscard]] static place attribute(const wide& of, std::size_t index) noexcept {
    return of.at(wide::first_attribute + index % wide::most_attributes);
  }

  void run_on(wide& of, operation what) {
    const auto [_, a, b, c] = what;
    switch (what.what) {
      case opcode::put_attribute:
        return put(of, c, a);
      case opcode::get_attribute:
        return get_or_add(of, c, a);
      case opcode::erase_attribute:
        return erase(of, c);
      case opcode::swap_attributes:
        return in_.with_wide_from(b, [&](wide& with) {
          oracle_.swap_edges(of.id, with.id, wide::first_attribute, wide::most_attributes);
          of.own.swap(with.own);
        });
      case opcode::walk_attribute: {
        const pointer* const found = of.own.find(in_.attribute_name(c));
        const object_id id = oracle_.get(attribute(of, c));
        expect(found != nullptr || id == nobody, "an attribute is gone");
        if (found != nullptr) in_.set_root(a, id, *found);
        return;
      }
      default:
        return;
    }
  }

  void put(wide& of, std::size_t index, std::size_t from) {
    const pointer value = root(from);
    const object_id id = oracle_.get(root_place(from));
    const interned_string& name = in_.attribute_name(index);
    const bool is_new = !of.own.contains(name);
    if (!is_new) oracle_.set(attribute(of, index), id);
    expect(of.own.insert_or_assign(name, value) == is_new, "an attribute is new, or is not");
    if (is_new) oracle_.set(attribute(of, index), id);
  }

  void get_or_add(wide& of, std::size_t index, std::size_t from) {
    const pointer value = root(from);
    const object_id id = oracle_.get(root_place(from));
    pointer& at = of.own.get_or_add(in_.attribute_name(index), in_.attribute_cache[index % wide::most_attributes]);
    expect(at == nullptr || oracle_.find(at.get()) == oracle_.get(attribute(of, index)), "an attribute is another one");
    oracle_.set(attribute(of, index), id);
    at = value;
  }

  void erase(wide& of, std::size_t index) {
    const interned_string& name = in_.attribute_name(index);
    const object_id id = oracle_.take(attribute(of, index));
    try {
      expect(of.own.erase(name) || id == nobody, "an attribute cannot be erased");
    } catch (const std::bad_alloc&) {
      if (of.own.contains(name)) oracle_.set(attribute(of, index), id);
      throw;
    }
  }

  state& in_;
  shadow& oracle_;
};

}  // namespace ouro::fuzz
