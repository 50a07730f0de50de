#pragma once
/// \file
/// Runs the programs of the graph fuzzer on the library and on its oracle, and compares the two.

#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/objects.hpp>
#include <fuzz/graph/shadow.hpp>
#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace ouro::fuzz {

template <class Memory>
class machine {
  struct kit {
    using memory = Memory;
    using oracle = shadow;
  };
  using state = graph<kit>;
  using node = typename state::node;
  using pointer = typename state::pointer;
  using gc = typename Memory::gc;

  static constexpr bool collects = finds_cycles<typename Memory::collector>;

 public:
  machine() = default;
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;
  ~machine() = default;

  void run(const program& what) {
    for (const operation& each : what) {
      run_one(each);
      check();
    }
    end();
  }

 private:
  [[nodiscard]] shadow& oracle() noexcept { return graph_.oracle; }
  [[nodiscard]] pointer& root(std::size_t number) noexcept { return graph_.root[number % handles]; }
  [[nodiscard]] static place at_root(std::size_t number) noexcept { return root_place(number % handles); }

  /// root[a] = what is in another place.
  void assign_root(std::size_t to, place from, const pointer& what) noexcept {
    oracle().set(at_root(to), oracle().get(from));
    root(to) = what;
  }

  void run_one(operation what) {
    const auto [_, a, b, c] = what;
    node* const first = root(a).get();
    node* const second = root(b).get();
    const std::size_t edge = c % 2;
    switch (what.what) {
      case opcode::make_plain:
        if (oracle().has_room()) graph_.set_new(a % handles, Memory::template make<node>(graph_, behaviour_of(b), c));
        break;
      case opcode::copy_root:
        assign_root(a, at_root(b), root(b));
        break;
      case opcode::move_root:
        if (a % handles == b % handles) break;
        oracle().set(at_root(a), oracle().get(at_root(b)));
        oracle().set(at_root(b), nobody);
        root(a) = std::move(root(b));
        break;
      case opcode::drop_root:
        graph_.drop(a % handles);
        break;
      case opcode::link:
        if (first == nullptr) break;
        oracle().set(first->at(edge), oracle().get(at_root(b)));
        first->edge(edge) = root(b);
        break;
      case opcode::cut:
        if (first == nullptr) break;
        oracle().set(first->at(edge), nobody);
        first->edge(edge).reset();
        break;
      case opcode::walk:
        if (second != nullptr) assign_root(a, second->at(edge), second->edge(edge));
        break;
      case opcode::step_over:
        if (first != nullptr) assign_root(a, first->at(edge), first->edge(edge));
        break;
      case opcode::swap_edges:
        if (first == nullptr || second == nullptr) break;
        oracle().swap(first->at(0), second->at(1));
        swap(first->left, second->right);
        break;
      case opcode::collect:
        collect();
        break;
      case opcode::collect_young:
        gc::collect(0);
        break;
      case opcode::step:
        if constexpr (requires { gc::step(1); }) gc::step(std::size_t{1} << a % 8);
        break;
      case opcode::watch:
        watch(a % watches, b, c);
        break;
      case opcode::lock:
        graph_.lock(a % handles, b % watches);
        break;
      case opcode::unwatch:
        graph_.watch[a % watches].id = nobody;
        graph_.watch[a % watches].to.reset();
        break;
      case opcode::count:
        break;
    }
  }

  void watch(std::size_t to, std::size_t from, std::uint8_t what) {
    auto& slot = graph_.watch[to];
    const object_id id = oracle().get(at_root(from));
    slot.id = id;
    slot.serial = id == nobody ? 0 : oracle().serial(id);
    slot.was_called = false;
    slot.has_callback = what % 2 != 0 && id != nobody;
    if (!slot.has_callback) {
      slot.to = root(from);
      return;
    }
    slot.to = typename state::watcher{
        root(from), [this, &slot, serial = slot.serial, what] {
          expect(slot.serial == serial && !slot.was_called, "a callback ran twice, or of a weak pointer that is gone");
          expect(!oracle().is_alive(slot.id) || oracle().serial(slot.id) != serial, "a callback ran for the living");
          slot.was_called = true;
          graph_.act(behaviour_of(what), what, nullptr);
        }};
  }

  /// Collects until nothing happens any more. What lives then is what handles lead to.
  void collect() {
    if constexpr (collects) {
      for (std::uint64_t before = 0; before != oracle().events();) {
        before = oracle().events();
        gc::collect();
      }
      expect((oracle().alive() & ~oracle().reached(oracle().roots())) == 0, "garbage has outlived full collections");
    }
  }

  void check() {
    oracle().check(false, [](const void* raw) {
      return detail::counting<typename Memory::refcount, typename Memory::collector>::strong(
          static_cast<const node*>(raw));
    });
    for (const auto& each : graph_.watch) {
      if (each.id == nobody) continue;
      const bool is_alive = oracle().is_alive(each.id) && oracle().serial(each.id) == each.serial;
      expect(each.to.expired() != is_alive, "a weak pointer is wrong");
      if (each.has_callback) expect(each.was_called != is_alive, "a callback has not run");
    }
  }

  void end() {
    for (std::size_t i = 0; i != watches; ++i) {
      graph_.watch[i].id = nobody;
      graph_.watch[i].to.reset();
    }
    // What destructors put into handles meanwhile goes in the end: new objects do nothing in theirs.
    for (int round = 0; round != 2 * static_cast<int>(most_objects) && oracle().alive() != 0; ++round) {
      for (std::size_t i = 0; i != handles; ++i) graph_.drop(i);
      collect();
      if constexpr (!collects) cut_all();
      check();
    }
    expect(oracle().alive() == 0, "objects have outlived their handles");
  }

  /// Where there is no collector.
  void cut_all() {
    for (std::size_t i = 0; i != most_objects; ++i) {
      const auto id = static_cast<object_id>(i);
      if (!oracle().is_alive(id)) continue;
      const pointer held = Memory::from_this(static_cast<node*>(const_cast<void*>(oracle().raw(id))));
      for (std::size_t edge = 0; edge != 2; ++edge) {
        oracle().set(held->at(edge), nobody);
        held->edge(edge).reset();
      }
    }
  }

  state graph_{};
};

}  // namespace ouro::fuzz
