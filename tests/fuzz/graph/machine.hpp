#pragma once
/// \file
/// Runs the programs of the graph fuzzer on the library and on its oracle, and compares the two.

#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/container_operations.hpp>
#include <fuzz/graph/faulty_allocator.hpp>
#include <fuzz/graph/graph.hpp>
#include <fuzz/graph/operations.hpp>
#include <fuzz/graph/shadow.hpp>
#include <ouro/ouro.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
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
  using rich = typename state::rich;
  using pointer = typename state::pointer;
  using gc = typename Memory::gc;

  static constexpr bool collects = finds_cycles<typename Memory::collector>;
  static constexpr bool may_fail = std::is_same_v<typename Memory::allocator, faulty_allocator>;

 public:
  machine() {
    set_unraisable_handler([](std::exception_ptr, std::string_view) {});
    begin();
  }
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;
  ~machine() = default;

  void run(const program& what) {
    for (const operation& each : what) {
      try {
        graph_->may_unwind = is_copy(each.what);
        run_one(each);
      } catch (const std::bad_alloc&) {
        expect(may_fail, "memory is exhausted");
      } catch (int) {
        // A constructor has thrown, as it should.
      }
      check();
    }
    end();
  }

 private:
  static void begin() {
    if constexpr (collects) gc::set_threshold(16);
  }

  [[nodiscard]] static bool is_copy(opcode what) noexcept {
    return what == opcode::copy || what == opcode::deepcopy || what == opcode::make_eager;
  }

  [[nodiscard]] shadow& oracle() noexcept { return graph_->oracle; }

  void run_one(operation what) {
    if (operations<kit>{*graph_}.run(what) || container_operations<kit>{*graph_}.run(what)) return;
    const auto [_, a, b, c] = what;
    switch (what.what) {
      case opcode::collect:
        return collect();
      case opcode::collect_young:
        gc::collect(0);
        return;
      case opcode::step:
        if constexpr (requires { gc::step(1); }) gc::step(std::size_t{1} << a % 8);
        return;
      case opcode::watch:
        return watch(a % watches, b, c);
      case opcode::lock:
        return graph_->lock(a, b);
      case opcode::unwatch:
        return unwatch(a % watches);
      case opcode::intern:
        graph_->text[a % words] = state::word(b);
        return;
      case opcode::copy:
        return copy(a, b);
      case opcode::deepcopy:
        return deepcopy(a, b);
      case opcode::freeze:
        if constexpr (collects) {
          gc::freeze();
          oracle().freeze();
        }
        return;
      case opcode::unfreeze:
        return unfreeze();
      case opcode::defer:
        deferred_.emplace();
        return;
      case opcode::undefer:
        deferred_.reset();
        return;
      case opcode::drain:
        gc::drain(a % 8);
        return;
      case opcode::set_nesting:
        gc::set_destruction_stack(std::size_t{1024} * a);
        return;
      case opcode::set_threshold:
        if constexpr (collects) gc::set_threshold(a % 32);
        return;
      case opcode::restart:
        end();
        graph_ = std::make_unique<state>();
        return begin();
      case opcode::fail:
        if constexpr (may_fail) faulty_allocator::left = a % 32;
        return;
      default:
        return;
    }
  }

  void watch(std::size_t to, std::size_t from, std::uint8_t what) {
    auto& slot = graph_->watch[to];
    const pointer& target = graph_->root[from % handles];
    const object_id id = oracle().get(root_place(from));
    slot.id = id;
    slot.serial = id == nobody ? 0 : oracle().serial(id);
    slot.was_called = false;
    slot.has_callback = what % 2 != 0 && id != nobody;
    if (!slot.has_callback) {
      slot.to = target;
      return;
    }
    slot.to = typename state::watcher{
        target, [this, &slot, serial = slot.serial, what] {
          expect(slot.serial == serial && !slot.was_called, "a callback ran twice, or of a weak pointer that is gone");
          expect(!oracle().is_alive(slot.id) || oracle().serial(slot.id) != serial, "a callback ran for the living");
          slot.was_called = true;
          graph_->act(behaviour_of(what), what / 2, nullptr, moment::callback);
          if (behaviour_of(what) == behaviour::throws) throw 7;
        }};
  }

  void unwatch(std::size_t at) {
    graph_->watch[at].id = nobody;
    graph_->watch[at].to.reset();
  }

  void copy(std::size_t to, std::size_t from) {
    if (!oracle().has_room() || graph_->root[from % handles] == nullptr) return;
    pointer made = ouro::copy(graph_->root[from % handles]);
    const object_id id = made->id;
    graph_->set_root(to, id, std::move(made));
  }

  void deepcopy(std::size_t to, std::size_t from) {
    const pointer& original = graph_->root[from % handles];
    if (original == nullptr || !oracle().begin_copy(original->id)) return;
    pointer made;
    try {
      made = ouro::deepcopy(original);
    } catch (const std::bad_alloc&) {
      // What wait for their destruction are halves of copies.
      each_copy(oracle().end_failed_copy(), [this](object_id id) { oracle().edges_are(id, seen(id)); });
      throw;
    }
    const auto copies = oracle().end_copy();
    for (std::uint64_t found = copies; std::exchange(found, 0) != 0;) {
      each_copy(copies, [&](object_id id) {
        if (oracle().raw(id) != nullptr) found |= oracle().set_raw_of_edges(id, seen(id));
      });
    }
    each_copy(copies, [this](object_id id) { oracle().expect_edges(id, seen(id)); });
    const object_id id = made->id;
    graph_->set_root(to, id, std::move(made));
  }

  void each_copy(shadow::mask copies, auto see) {
    for (; copies != 0; copies &= copies - 1) see(static_cast<object_id>(std::countr_zero(copies)));
  }

  /// The edges of an object as the library has them.
  [[nodiscard]] edges_seen seen(object_id of) {
    const void* const raw = oracle().raw(of);
    edges_seen all{};
    if (raw == nullptr) return all;
    switch (oracle().kind(of)) {
      case object_kind::node:
        return static_cast<const node*>(raw)->seen();
      case object_kind::array:
        for (std::size_t i = 0; i != cells; ++i) all[i] = static_cast<const cell<kit>*>(raw)[i].edge.get();
        return all;
      case object_kind::tuple:
        const auto& block = *static_cast<const typename state::tuple_block*>(raw);
        return {std::get<1>(block).get(), std::get<2>(block).get(), std::get<3>(block).get()};
    }
    return all;
  }

  void unfreeze() {
    if constexpr (collects) {
      gc::unfreeze();
      oracle().unfreeze();
      expect(gc::frozen_count() == 0, "an object in view is frozen after all was unfrozen");
    }
  }

  /// Collects until nothing happens any more. What lives then is what handles lead to.
  void collect() {
    if constexpr (collects) {
      for (std::uint64_t before = 0; before != oracle().events();) {
        before = oracle().events();
        gc::collect();
      }
      expect((oracle().alive() & ~oracle().reached(oracle().held())) == 0, "garbage has outlived full collections");
    }
  }

  void check() {
    oracle().check(deferred_.has_value(), [](const void* raw) {
      return count_word::strong(detail::header<typename Memory::refcount>::of(raw)->load_count());
    });
    for (const auto& each : graph_->watch) {
      if (each.id == nobody) continue;
      const bool is_there = oracle().is_alive(each.id) && oracle().serial(each.id) == each.serial;
      const bool is_alive = is_there && oracle().pointers(each.id) != 0;
      expect(each.to.expired() != is_alive, "a weak pointer is wrong");
      if (each.has_callback) expect(each.was_called != is_there, "a callback has not run, or runs for the living");
    }
    if (++checks_ % 16 == 0) check_handles();
  }

  void check_handles() {
    const auto check_place = [this](place at, const void* is) {
      const object_id id = oracle().get(at);
      expect(is == (id == nobody ? nullptr : oracle().raw(id)), "a handle leads to another object");
    };
    for (std::size_t i = 0; i != handles; ++i) check_place(root_place(i), graph_->root[i].get());
    for (std::size_t i = 0; i != few; ++i) {
      check_place(loose_place(i), graph_->loose[i].get());
      check_place(array_place(i), graph_->array[i].get());
      check_place(part_place(i), graph_->part[i].owner().get());
      check_place(tuple_place(i), graph_->tuples[i].block().get());
    }
    for (std::size_t i = 0; i != words; ++i) {
      auto expected = static_cast<std::size_t>(graph_->words_in_objects[i]) + 1;  // and `word`
      const interned_string word = state::word(i);
      for (const interned_string& each : graph_->text) expected += each == word ? 1 : 0;
      expect(ref_count(word) == expected, "an interned word has another number of handles");
    }
  }

  void end() {
    faulty_allocator::left = faulty_allocator::never;
    deferred_.reset();
    gc::set_destruction_stack(std::size_t{256} << 10);
    unfreeze();
    for (std::size_t i = 0; i != watches; ++i) unwatch(i);
    // What destructors put into handles meanwhile goes in the end: what they make does nothing in its own.
    for (int round = 0; round != 2 * static_cast<int>(most_objects) && oracle().alive() != 0; ++round) {
      graph_->drop_all();
      collect();
      if constexpr (!collects) cut_all();
      check();
    }
    expect(oracle().alive() == 0, "objects have outlived their handles");
    if constexpr (may_fail) {
      graph_.reset();
      expect(faulty_allocator::used == 0, "memory has outlived the objects");
    }
  }

  /// Where there is no collector.
  void cut_all() {
    for (std::size_t i = 0; i != most_objects; ++i) {
      const auto id = static_cast<object_id>(i);
      if (!oracle().is_alive(id)) continue;
      void* const raw = const_cast<void*>(oracle().raw(id));
      if (oracle().kind(id) == object_kind::node) {
        cut(static_cast<node*>(raw));
      } else if (oracle().kind(id) == object_kind::array) {
        const auto held = Memory::from_this(static_cast<cell<kit>*>(raw));
        oracle().clear_edges(id, 0, cells);
        for (std::size_t k = 0; k != cells; ++k) (held.get() + k)->edge.reset();
      }
    }
  }

  void cut(node* of) {
    const pointer held = Memory::from_this(of);
    oracle().clear_edges(of->id, 0, most_edges);
    held->left.reset();
    held->right.reset();
    if (rich* const more = of->as_rich()) {
      more->any.reset();
      more->part.reset();
      more->items.clear();
      more->named.clear();
    }
  }

  std::unique_ptr<state> graph_ = std::make_unique<state>();
  std::optional<typename gc::deferred_drops> deferred_;
  std::uint64_t checks_ = 0;
};

}  // namespace ouro::fuzz
