#pragma once
/// \file
/// The operations of the graph fuzzer on the lists and dicts of objects, on the library and on the oracle.

#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/graph.hpp>
#include <fuzz/graph/nodes.hpp>
#include <fuzz/graph/shadow.hpp>
#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace ouro::fuzz {

/// The operations in one heap. An object whose container grows is held, since an allocation may begin a collection. One
/// whose container shrinks may be destroyed by that.
template <class Kit>
class container_operations {
  using state = graph<Kit>;
  using rich = typename state::rich;
  using pointer = typename state::pointer;

 public:
  explicit container_operations(state& of) noexcept : in_{of}, oracle_{of.oracle} {}

  /// Runs the operation if it is one of these. Returns whether it is.
  bool run(operation what) { return run_on_list(what) || run_on_dict(what); }

 private:
  [[nodiscard]] pointer& root(std::size_t number) noexcept { return in_.root[number % handles]; }
  [[nodiscard]] rich* rich_root(std::size_t number) noexcept {
    return root(number) == nullptr ? nullptr : root(number)->as_rich();
  }
  [[nodiscard]] static place item(const rich& of, std::size_t index) noexcept {
    return of.at(rich::first_item + index);
  }
  [[nodiscard]] static place name(const rich& of, int key) noexcept {
    return of.at(rich::first_name + static_cast<std::size_t>(key));
  }

  /// Lives while a container of the object grows.
  class growth {
   public:
    growth(state& in, rich& of) noexcept : in_{in}, held_{Kit::memory::from_this(&of)} { in_.growing = &of; }
    growth(const growth&) = delete;
    growth& operator=(const growth&) = delete;
    ~growth() { in_.growing = nullptr; }

   private:
    state& in_;
    typename Kit::memory::template ptr<rich> held_;
  };

  void insert(std::size_t from, rich& to, std::size_t index) {
    const std::size_t size = to.items.size();
    if (size == rich::most_items) return;
    const growth held{in_, to};
    const object_id id = oracle_.get(root_place(from));
    const pointer inserted = root(from);
    if (index == size) {
      to.items.push_back(inserted);
    } else {
      to.items.insert(to.items.begin() + static_cast<std::ptrdiff_t>(index), inserted);
    }
    oracle_.insert_edge(to.id, rich::first_item, index, size, id);
  }

  bool run_on_list(operation what) {
    const auto [_, a, b, c] = what;
    rich* const first = rich_root(a);
    rich* const second = rich_root(b);
    switch (what.what) {
      case opcode::push_item:
        if (second != nullptr) insert(a, *second, second->items.size());
        return true;
      case opcode::insert_item:
        if (second != nullptr) insert(a, *second, c % (second->items.size() + 1));
        return true;
      case opcode::pop_item:
        if (first == nullptr || first->items.empty()) return true;
        oracle_.set(item(*first, first->items.size() - 1), nobody);
        first->items.pop_back();
        return true;
      case opcode::erase_item: {
        if (first == nullptr || first->items.empty()) return true;
        const std::size_t index = c % first->items.size();
        oracle_.erase_edge(first->id, rich::first_item, index, first->items.size());
        first->items.erase(first->items.begin() + static_cast<std::ptrdiff_t>(index));
        return true;
      }
      case opcode::clear_items:
        in_.clear_items(first);
        return true;
      case opcode::swap_items:
        if (first == nullptr || second == nullptr) return true;
        oracle_.swap_edges(first->id, second->id, rich::first_item, rich::most_items);
        first->items.swap(second->items);
        return true;
      case opcode::walk_item: {
        if (second == nullptr || second->items.empty()) return true;
        const std::size_t index = c % second->items.size();
        in_.set_root(a, oracle_.get(item(*second, index)), second->items[index]);
        return true;
      }
      default:
        return false;
    }
  }

  /// The old value is dropped, and nothing is allocated.
  void put(rich& to, int key, std::size_t from) {
    const object_id id = oracle_.get(root_place(from));
    if (to.named.contains(key)) {
      oracle_.set(name(to, key), id);
      to.named.insert_or_assign(key, root(from));
      return;
    }
    const growth held{in_, to};
    const pointer inserted = root(from);
    to.named.insert_or_assign(key, inserted);
    oracle_.set(name(to, key), id);
  }

  bool run_on_dict(operation what) {
    const auto [_, a, b, c] = what;
    rich* const first = rich_root(a);
    rich* const second = rich_root(b);
    const int key = static_cast<int>(c % rich::names);
    switch (what.what) {
      case opcode::put_name:
        if (second != nullptr) put(*second, key, a);
        return true;
      case opcode::erase_name:
        if (first == nullptr) return true;
        oracle_.set(name(*first, key), nobody);
        first->named.erase(key);
        return true;
      case opcode::clear_names:
        if (first == nullptr) return true;
        oracle_.clear_edges(first->id, rich::first_name, rich::names);
        first->named.clear();
        return true;
      case opcode::pop_name: {
        if (second == nullptr || second->named.empty()) return true;
        auto [last, popped] = second->named.popitem();
        in_.set_root(a, oracle_.take(name(*second, last)), std::move(popped));
        return true;
      }
      case opcode::walk_name:
        if (second != nullptr) in_.set_root(a, oracle_.get(name(*second, key)), second->named.get(key));
        return true;
      default:
        return false;
    }
  }

  state& in_;
  shadow& oracle_;
};

}  // namespace ouro::fuzz
