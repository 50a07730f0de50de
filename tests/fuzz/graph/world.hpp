#pragma once
/// \file
/// One heap of the graph fuzzer: runs operations on the library and on its oracle, and compares the two.

#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/container_operations.hpp>
#include <fuzz/graph/graph.hpp>
#include <fuzz/graph/operations.hpp>
#include <fuzz/graph/shadow.hpp>
#include <ouro/ouro.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

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
  using gc = typename Memory::gc;

  static constexpr bool collects = finds_cycles<typename Memory::collector>;
  static constexpr bool has_owners = std::is_same_v<typename Memory::refcount, biased_refcount>;

 public:
  world() {
    set_unraisable_handler([](std::exception_ptr, std::string_view) {});
    if constexpr (collects) gc::set_threshold(16);
    reset_collector();
  }
  world(const world&) = delete;
  world& operator=(const world&) = delete;
  ~world() = default;

  /// Runs the operation if it is about one heap. 	hrows what the library throws, and 7 where an object does
  void run(operation what) {
    graph_->may_unwind = has_constructor_that_throws(what.what);
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
        return freeze();
      case opcode::unfreeze:
        return unfreeze();
      case opcode::immortalize:
        return immortalize(graph_->root[a % handles]);
      case opcode::defer:
        if (!deferred_) deferred_.emplace();
        return;
      case opcode::undefer:
        return deferred_.reset();
      case opcode::drain:
        gc::drain(a % 8);
        return;
      case opcode::set_nesting:
        gc::set_destruction_stack(std::size_t{1024} * a);
        return;
      case opcode::set_threshold:
        if constexpr (collects) gc::set_threshold(a % 32);
        return;
      case opcode::pause:
        if (pause_) return pause_.reset();
        pause_.emplace();
        return;
      case opcode::set_trigger:
        if constexpr (collects) gc::set_trigger(a % 2 != 0 ? gc_trigger::safepoint : gc_trigger::allocation);
        return;
      case opcode::safepoint:
        gc::safepoint();
        return;
      case opcode::enable:
        if constexpr (collects) a % 2 != 0 ? gc::enable() : gc::disable();
        return;
      case opcode::inspect:
        return inspect(graph_->root[a % handles]);
      case opcode::fail_trace:
        graph_->traces_left = a;
        return;
      default:
        return;
    }
  }

  /// What must end where it began.
  void end_scopes() {
    deferred_.reset();
    pause_.reset();
  }

  /// No trace throws any more.
  void trace_all() { graph_->traces_left = state::never; }

  void check() {
    check_counts(deferred_.has_value() || has_owners);
    for (const auto& each : graph_->watch) check(each);
    if (++checks_ % 16 == 0) check_handles();
  }

  /// Drops all handles, and expects that nothing is left but what is immortal. \returns how much that is
  std::size_t end() {
    end_scopes();
    trace_all();
    reset_collector();
    gc::set_destruction_stack(std::size_t{256} << 10);
    for (std::size_t i = 0; i != watches; ++i) unwatch(i);
    // What destructors put into handles meanwhile goes in the end: what they make does nothing in its own.
    const shadow::mask immortal = oracle().immortal();
    for (int round = 0; round != 2 * static_cast<int>(most_objects) && oracle().alive() != immortal; ++round) {
      graph_->drop_all();
      unfreeze();  // what is dropped is in view
      cut(collects ? immortal : oracle().alive());
      collect();
      check();
    }
    expect(oracle().alive() == immortal, "objects have outlived their handles");
    for (shadow::mask rest = immortal; rest != 0; rest &= rest - 1)
      immortals.push_back(oracle().raw(static_cast<object_id>(std::countr_zero(rest))));
    for (auto& each : graph_->text) each = {};
    if (immortal != 0) kept_graphs.push_back(std::move(graph_));
    return static_cast<std::size_t>(std::popcount(immortal));
  }

  /// Something to do for another thread, with the objects that handles lead to: it leaves all counts as they are.
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

  /// Its heap has ended: forgets the handles, to what went with it.
  void forget() {
    for (std::size_t i = 0; i != watches; ++i) {
      expect(graph_->watch[i].id == nobody || graph_->watch[i].to.expired(), "a weak pointer has outlived its heap");
      unwatch(i);
    }
    graph_->forget();
  }

  /// Before its heap ends: nothing that is garbage may be left by then.
  [[nodiscard]] bool is_of_handles_alone() { return (oracle().alive() & ~oracle().reached(oracle().held())) == 0; }

 private:
  /// After a part of an object has told the oracle of it.
  [[nodiscard]] static bool has_constructor_that_throws(opcode what) noexcept {
    return what == opcode::make_rich || what == opcode::make_rising_rich || what == opcode::make_eager ||
           what == opcode::copy || what == opcode::deepcopy;
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
    } catch (...) {
      // What wait for their destruction are halves of copies.
      each_copy(oracle().end_failed_copy(), [this](object_id id) { oracle().edges_are(id, seen(id)); });
      throw;
    }
    each_copy(oracle().end_copy(), [this](object_id id) { oracle().expect_edges(id, seen(id)); });
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

  static void reset_collector() {
    if constexpr (collects) {
      gc::enable();
      gc::set_trigger(gc_trigger::allocation);
    }
  }

  void inspect(const pointer& object) {
    if constexpr (collects) {
      if (object == nullptr) return;
      const edges_seen edges = object->seen();
      const auto referents = gc::referents(object);
      for (const auto& each : referents) {
        expect(std::ranges::count(edges, each.get()) == std::ranges::count(referents, each),
               "an object has other referents than edges");
      }
      const auto is_edge = [](const void* to) { return to != nullptr; };
      expect(std::ranges::count_if(edges, is_edge) == std::ssize(referents),
             "an object has fewer referents than edges");
      for (const auto& each : gc::referrers(object)) {
        const object_id from = oracle().find(each.get());
        expect(from != nobody && oracle().leads_to(from, object->id), "a referrer does not refer to the object");
      }
      const auto objects = gc::objects();
      for (const auto& each : objects) {
        expect(std::ranges::count(objects, each) == 1, "an object is in view twice");
        // What stays of programs before is immortal.
        const bool is_old = std::ranges::count(immortals, each.get()) != 0;
        expect(is_old || oracle().find(each.get()) != nobody, "what is in view is no living object");
      }
    }
  }

  void freeze() {
    if constexpr (collects) {
      gc::freeze();
      oracle().freeze();
    }
  }

  void immortalize(const pointer& object) {
    if (object == nullptr || std::popcount(oracle().immortal()) == 2) return;
    ouro::immortalize(object);
    expect(ouro::is_immortal(object), "an immortal object is not");
    oracle().immortalize(object->id);
  }

  void unfreeze() {
    if constexpr (collects) {
      shadow::mask in_view = 0;
      for (const auto& each : gc::objects()) {
        const object_id found = oracle().find(each.get());
        if (found != nobody) in_view |= shadow::mask{1} << found;
      }
      gc::unfreeze();
      oracle().unfreeze(in_view);
      expect(gc::frozen_count() == 0, "an object in view is frozen after all was unfrozen");
    }
  }

  /// Collects until nothing happens any more. What lives then is what handles lead to.
  void collect() {
    if constexpr (collects) {
      for (std::uint64_t before = 0; before != oracle().events() || graph_->has_trace_thrown;) {
        before = oracle().events();
        graph_->has_trace_thrown = false;
        gc::collect();
      }
      expect(is_of_handles_alone(), "garbage has outlived full collections");
      check_counts(deferred_.has_value());
    } else {
      gc::collect();  // what is left for this thread
    }
  }

  void check_counts(bool may_wait) {
    oracle().check(may_wait, [](const void* raw, std::uint32_t expected) {
      const std::uint32_t word = detail::header<typename Memory::refcount>::of(raw)->load_count();
      // What waits for its owner has one pointer for all who ask: nobody should.
      return (has_owners && expected == 0) || count_word::strong(word) == expected;
    });
  }

  void check(const typename state::watch_state& of) {
    if (of.id == nobody) return;
    const bool is_there = oracle().is_alive(of.id) && oracle().serial(of.id) == of.serial;
    const bool has_pointers = is_there && oracle().is_pointed_to(of.id);
    // An owner that has not settled yet has pointers of its own for all that others know.
    const bool is_alive = has_pointers || (has_owners && is_there && !of.to.expired());
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
    }
    for (const auto& each : graph_->text) {
      std::ptrdiff_t expected = std::ranges::count(graph_->text, each);
      for (std::size_t i = 0; i != words; ++i) expected += each == word_texts[i] ? graph_->words_in_objects[i] : 0;
      const bool is_counted = each != std::string_view{};
      expect(!is_counted || ref_count(each) == static_cast<std::size_t>(expected),
             "an interned word has another number of handles");
    }
  }

  /// Makes the edges of these null: where there is no collector, or an object will never die.
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
  }

  // Of ended worlds: what is immortal, and what it reports to. Never destroyed, but no leaks.
  static inline auto& immortals = *new std::vector<const void*>;
  static inline auto& kept_graphs = *new std::vector<std::unique_ptr<state>>;

  std::unique_ptr<state> graph_ = std::make_unique<state>();
  std::optional<typename gc::deferred_drops> deferred_;
  std::optional<typename gc::pause> pause_;
  std::uint64_t checks_ = 0;
};

}  // namespace ouro::fuzz
