#pragma once
/// \file
/// The operations of the graph fuzzer on the collector and on the destruction queue, on the library and on the oracle.

#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/garbage_operations.hpp>
#include <fuzz/graph/graph.hpp>
#include <fuzz/graph/kept.hpp>
#include <fuzz/graph/shadow.hpp>
#include <ouro/allocator/pool/heap_validity.hpp>
#include <ouro/ouro.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>

namespace ouro::fuzz {

/// The operations in one heap.
template <class Kit>
class collector_operations {
  using state = graph<Kit>;
  using pointer = typename state::pointer;
  using gc = typename state::gc;

 public:
  static constexpr bool collects = state::collects;

  explicit collector_operations(state& of) noexcept : in_{of}, oracle_{of.oracle} {
    if constexpr (collects) gc::set_threshold(16);
    reset();
  }
  collector_operations(const collector_operations&) = delete;
  collector_operations& operator=(const collector_operations&) = delete;
  ~collector_operations() = default;

  /// Runs the operation if it is one of these. Returns whether it is.
  bool run(operation what) {
    const std::uint8_t a = what.a;
    switch (what.what) {
      case opcode::collect:
        collect();
        return true;
      case opcode::collect_young:
        gc::collect(0);
        return true;
      case opcode::step:
        if constexpr (requires { gc::step(1); }) gc::step(std::size_t{1} << a % 8);
        return true;
      case opcode::freeze:
        freeze();
        return true;
      case opcode::unfreeze:
        unfreeze();
        return true;
      case opcode::immortalize:
        immortalize(in_.root[a % handles]);
        return true;
      case opcode::defer:
        if (!here().deferred) here().deferred.emplace();
        return true;
      case opcode::undefer:
        here().deferred.reset();
        return true;
      case opcode::drain:
        gc::drain(a % 8);
        return true;
      case opcode::set_nesting:
        gc::set_destruction_stack(std::size_t{1024} * a);
        return true;
      case opcode::set_threshold:
        if constexpr (collects) gc::set_threshold(a % 32);
        return true;
      case opcode::pause:
        here().pause ? here().pause.reset() : static_cast<void>(here().pause.emplace());
        return true;
      case opcode::set_trigger:
        if constexpr (collects) gc::set_trigger(a % 2 != 0 ? gc_trigger::safepoint : gc_trigger::allocation);
        return true;
      case opcode::safepoint:
        gc::safepoint();
        return true;
      case opcode::enable:
        if constexpr (collects) a % 2 != 0 ? gc::enable() : gc::disable();
        return true;
      case opcode::inspect:
        inspect(in_.root[a % handles]);
        return true;
      case opcode::fail_trace:
        in_.traces_left = a;
        return true;
      default:
        return false;
    }
  }

  /// Whether objects may wait for their destruction, on any thread.
  [[nodiscard]] bool is_deferring() const noexcept {
    return std::ranges::any_of(scopes_, [](const scopes& each) { return each.deferred.has_value(); });
  }

  /// Ends the scopes of the thread that runs.
  void end_scopes() {
    here().deferred.reset();
    here().pause.reset();
  }

  /// Sets what a program expects when it begins.
  static void reset() {
    if constexpr (collects) {
      gc::enable();
      gc::set_trigger(gc_trigger::allocation);
    }
    gc::set_destruction_stack(std::size_t{256} << 10);
  }

  void unfreeze() {
    if constexpr (collects) {
      if (in_.is_held_up) return;
      shadow::mask in_view = 0;
      for (const auto& each : gc::objects()) {
        const object_id found = oracle_.find(each.get());
        if (found != nobody) in_view |= shadow::mask{1} << found;
      }
      gc::unfreeze();
      oracle_.unfreeze(in_view);
      expect(gc::frozen_count() == 0, "an object in view is frozen after all was unfrozen");
    }
  }

  /// Collects until nothing happens any more, and expects that all remaining objects are reached from handles.
  void collect() {
    if constexpr (collects) {
      for (std::uint64_t before = 0; before != oracle_.events() || in_.has_trace_thrown;) {
        before = oracle_.events();
        in_.has_trace_thrown = false;
        gc::collect();
        garbage_operations<Kit>{in_}.look();
        in_.callbacks_are_idle = true;
      }
      in_.callbacks_are_idle = false;
      expect(in_.is_held_up || (oracle_.alive() & ~oracle_.reached(oracle_.held())) == 0,
             "garbage has outlived full collections");
      check_counts(is_deferring());
    } else {
      gc::collect();  // drops that other threads have queued for this one
    }
  }

  /// Compares the counts of the library with the oracle's. `may_wait`: whether dead objects may wait for destruction.
  void check_counts(bool may_wait) {
    oracle_.check(may_wait, [](const void* raw, std::uint32_t expected) { return strong_count<Kit>(raw) == expected; });
  }

  /// Checks the invariants of the structures of the current heap.
  void check_structures() {
    using refcount = typename Kit::memory::refcount;
    expect(detail::current_pool_heap->is_valid(), "the pool heap is damaged");
    expect(detail::destructions<refcount>.is_valid(), "the destruction queue is damaged");
    expect(detail::weak_table<refcount>::is_valid(), "the table of weak pointers is damaged");
  }

 private:
  // These wait for the other threads as long as it takes.

  void freeze() {
    if constexpr (collects) {
      if (in_.is_held_up) return;
      gc::freeze();
      oracle_.freeze();
    }
  }

  void immortalize(const pointer& object) {
    if (object == nullptr || std::popcount(oracle_.immortal()) == 2) return;
    ouro::immortalize(object);
    expect(ouro::is_immortal(object), "an immortal object is not");
    oracle_.immortalize(object->id);
  }

  void inspect(const pointer& object) {
    if constexpr (collects) {
      if (object == nullptr || in_.is_held_up) return;
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
        const object_id from = oracle_.find(each.get());
        expect(from != nobody && oracle_.leads_to(from, object->id), "a referrer does not refer to the object");
      }
      const auto objects = gc::objects();
      for (const auto& each : objects) {
        expect(std::ranges::count(objects, each) == 1, "an object is in view twice");
        // Immortal objects of earlier programs are still there.
        const bool is_old = std::ranges::count(kept<Kit>::immortals, each.get()) != 0;
        expect(is_old || oracle_.find(each.get()) != nobody, "what is in view is no living object");
      }
    }
  }

  /// What lasts on a thread while others run.
  struct scopes {
    std::optional<typename gc::deferred_drops> deferred;
    std::optional<typename gc::pause> pause;
  };

  [[nodiscard]] scopes& here() noexcept { return scopes_[in_.thread]; }

  state& in_;
  shadow& oracle_;
  std::array<scopes, most_threads> scopes_;
};

}  // namespace ouro::fuzz
