#pragma once
/// \file
/// One heap of the graph fuzzer: runs operations on the library and on its oracle, and compares the two.

#include <fuzz/graph/atomic_operations.hpp>
#include <fuzz/graph/attribute_operations.hpp>
#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/collector_operations.hpp>
#include <fuzz/graph/container_operations.hpp>
#include <fuzz/graph/copy_operations.hpp>
#include <fuzz/graph/garbage_operations.hpp>
#include <fuzz/graph/graph.hpp>
#include <fuzz/graph/hook_operations.hpp>
#include <fuzz/graph/immutable_operations.hpp>
#include <fuzz/graph/kept.hpp>
#include <fuzz/graph/operations.hpp>
#include <fuzz/graph/shadow.hpp>
#include <fuzz/graph/standard_operations.hpp>
#include <fuzz/graph/weak_operations.hpp>
#include <ouro/ouro.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string_view>
#include <utility>

namespace ouro::fuzz {

template <class Memory>
class world {
  struct kit {
    using memory = Memory;
    using oracle = shadow;
  };
  using state = graph<kit>;
  using node = typename state::node;
  using rich = typename state::rich;
  using pointer = typename state::pointer;

  static constexpr bool collects = graph<kit>::collects;

 public:
  world() {
    set_unraisable_handler([](std::exception_ptr, std::string_view) {});
  }
  world(const world&) = delete;
  world& operator=(const world&) = delete;
  ~world() = default;

  /// Runs the operation in this heap. \throws what the library throws, and 7 if an object does
  void run(operation what) {
    graph_->may_unwind = has_constructor_that_throws(what.what);
    if (run_by<operations, immutable_operations, container_operations, standard_operations, attribute_operations,
               atomic_operations, weak_operations, copy_operations, garbage_operations>(what))
      return;
    if (collector_.run(what) || hooks_.run(what)) return;
    const auto [_, a, b, c] = what;
    switch (what.what) {
      case opcode::watch:
        return watch(a % watches, b, c);
      case opcode::lock:
        return graph_->lock(a, b);
      case opcode::unwatch:
        return unwatch(a % watches);
      case opcode::intern:
        graph_->text[a % words] = state::word(b);
        return;
      default:
        return;
    }
  }

  /// From now on, the operations run on this thread. `is_held_up`: another one comes to no safe point meanwhile.
  void move_to_thread(std::size_t number, bool is_held_up) noexcept {
    graph_->thread = number;
    graph_->is_held_up = is_held_up;
  }

  /// Ends the scopes that must end in the heap and on the thread where they began: those of the thread that runs.
  void end_scopes() { collector_.end_scopes(); }

  /// No trace throws any more.
  void trace_all() { graph_->traces_left = state::never; }

  /// To be called before the heap ends, which releases its kept garbage.
  void before_end_of_heap() {
    trace_all();
    oracle().keep(0);
  }

  /// A private heap that runs out of memory clears its kept garbage without notice. So a heap with a limit, or with an
  /// allocator that fails, must not keep any.
  [[nodiscard]] bool may_be_limited() noexcept { return graph_->is_limited = !graph_->keeps_garbage; }

  void check() {
    garbage_operations<kit>{*graph_}.look();
    collector_.check_counts(collector_.is_deferring());
    hooks_.check();
    for (const auto& each : graph_->watch) check(each);
    weak_operations<kit>{*graph_}.check();
    if (++checks_ % 16 != 0) return;
    check_handles();
    collector_.check_structures();
  }

  /// Drops all handles, and expects that only immortal objects are left. \returns their number
  std::size_t end() {
    end_scopes();
    trace_all();
    garbage_operations<kit>{*graph_}.look();
    hooks_.end();
    garbage_operations<kit>{*graph_}.end();
    collector_.reset();
    for (std::size_t i = 0; i != watches; ++i) unwatch(i);
    // Destructors may fill handles meanwhile. The loop ends, since the objects that they make have destructors that do
    // nothing.
    const shadow::mask immortal = oracle().immortal();
    std::size_t rounds = 0;
    do {
      graph_->drop_all();
      collector_.unfreeze();  // the dropped objects are in view
      cut(collects ? immortal : oracle().alive());
      collector_.collect();
      check();
    } while (oracle().alive() != immortal && ++rounds != 2 * most_objects);
    expect(oracle().alive() == immortal, "objects have outlived their handles");
    for (shadow::mask rest = immortal; rest != 0; rest &= rest - 1)
      kept<kit>::immortals.push_back(oracle().raw(static_cast<object_id>(std::countr_zero(rest))));
    for (auto& each : graph_->text) each = {};
    for (auto& each : graph_->names) each = {};
    if (immortal != 0) kept<kit>::graphs.push_back(std::move(graph_));
    return static_cast<std::size_t>(std::popcount(immortal));
  }

  /// Work for another thread that copies, watches and drops handles, and leaves all counts as they were.
  [[nodiscard]] auto juggling() {
    return [held = graph_->root]() mutable {
      for (int round = 0; round != 8; ++round) {
        for (const pointer& each : held) {
          const typename Memory::template weak<node> watching{each};
          pointer copied = each;
          const typename Memory::template ptr<void> erased = watching.lock();
          expect(erased == copied, "a weak pointer has lost its object");
          copied = held[0];
        }
      }
      held = {};
    };
  }

  /// To be called when the heap has ended: forgets the handles to its objects.
  void forget() {
    for (std::size_t i = 0; i != watches; ++i) {
      expect(graph_->watch[i].id == nobody || graph_->watch[i].to.expired(), "a weak pointer has outlived its heap");
      unwatch(i);
    }
    hooks_.forget();
    graph_->forget();
  }

  /// Whether no garbage is left, unless it was kept, or a callback at the end of the last collection may have made it.
  [[nodiscard]] bool is_of_handles_alone() {
    return graph_->keeps_garbage || hooks_.has_callbacks() ||
           (oracle().alive() & ~oracle().reached(oracle().held())) == 0;
  }

 private:
  /// Runs the operation if it is one of these. Returns whether it is.
  template <template <class> class... Operations>
  bool run_by(operation what) {
    return (Operations<kit>{*graph_}.run(what) || ...);
  }

  /// Whether the operation may run a constructor that throws after a base of the object has reported its birth.
  [[nodiscard]] static bool has_constructor_that_throws(opcode what) noexcept {
    return what == opcode::make_rich || what == opcode::make_rising_rich || what == opcode::make_wide ||
           what == opcode::make_rising_wide || what == opcode::make_eager || what == opcode::copy ||
           what == opcode::deepcopy;
  }

  [[nodiscard]] shadow& oracle() noexcept { return graph_->oracle; }

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
          expect(graph_->keeps_garbage || !oracle().is_alive(slot.id) || oracle().serial(slot.id) != serial,
                 "a callback ran for the living");
          slot.was_called = true;
          graph_->act(behaviour_of(what), what / 2, nullptr, moment::callback);
          if (behaviour_of(what) == behaviour::throws) throw 7;
        }};
  }

  void unwatch(std::size_t at) {
    graph_->watch[at].id = nobody;
    graph_->watch[at].to.reset();
  }

  void check(const typename state::watch_state& of) {
    if (of.id == nobody) return;
    const bool is_there = oracle().is_alive(of.id) && oracle().serial(of.id) == of.serial;
    const bool is_alive = is_there && oracle().is_pointed_to(of.id);
    expect(of.to.expired() != is_alive, "a weak pointer is wrong");
    if (of.has_callback) expect(of.was_called != is_there, "a callback has not run, or runs for the living");
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
      check_place(frozen_place(i), graph_->frozen[i].block().get());
      if constexpr (state::has_atomics) check_place(atomic_place(i), graph_->atomic[i].load().get());
    }
    for (const auto& each : graph_->text) {
      std::ptrdiff_t expected = std::ranges::count(graph_->text, each);
      for (std::size_t i = 0; i != words; ++i) expected += each == word_texts[i] ? graph_->words_in_objects[i] : 0;
      const bool is_counted = each != std::string_view{};
      expect(!is_counted || ref_count(each) == static_cast<std::size_t>(expected),
             "an interned word has another number of handles");
    }
  }

  /// Resets the edges of these objects: without a collector cycles would remain, and immortal objects keep their edges.
  void cut(shadow::mask those) {
    for (; those != 0; those &= those - 1) {
      const auto id = static_cast<object_id>(std::countr_zero(those));
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
      graph_->add_word(more->word, -1);
      more->word = {};
    }
    if (auto* const more = of->as_wide()) {
      more->weak.clear();
      more->frozen = {};
      more->tuple = {};
      more->own = {};
      more->row.clear();
      more->tree.clear();
      if constexpr (state::has_atomics) more->atomic.store(nullptr);
    }
  }

  std::unique_ptr<state> graph_ = std::make_unique<state>();
  collector_operations<kit> collector_{*graph_};
  hook_operations<kit> hooks_{*graph_};
  std::uint64_t checks_ = 0;
};

}  // namespace ouro::fuzz
