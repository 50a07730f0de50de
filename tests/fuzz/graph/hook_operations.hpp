#pragma once
/// \file
/// The operations of the graph fuzzer on functions that the library calls: finalizers, and callbacks of collections.

#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/graph.hpp>
#include <fuzz/graph/shadow.hpp>
#include <ouro/ouro.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace ouro::fuzz {

/// The operations in one heap.
template <class Kit>
class hook_operations {
  using state = graph<Kit>;
  using pointer = typename state::pointer;
  using gc = typename state::gc;

  static constexpr bool collects = state::collects;

 public:
  explicit hook_operations(state& of) noexcept : in_{of}, oracle_{of.oracle} {}
  hook_operations(const hook_operations&) = delete;
  hook_operations& operator=(const hook_operations&) = delete;
  ~hook_operations() = default;

  /// Runs the operation if it is one of these. Returns whether it is.
  bool run(operation what) {
    const auto [_, a, b, c] = what;
    switch (what.what) {
      case opcode::at_end:
        at_end(a % few, in_.root[b % handles], c);
        return true;
      case opcode::end_now:
        end_now(a % few);
        return true;
      case opcode::detach:
        detach(a % few);
        return true;
      case opcode::add_callback:
        if constexpr (collects) add_callback(a % few, b % 2 != 0 ? gc_phase::stop : gc_phase::start, c);
        return true;
      case opcode::remove_callback:
        if constexpr (collects) remove_callback(a % few);
        return true;
      default:
        return false;
    }
  }

  void check() {
    for (const ending& each : endings_) expect(each.of.alive() == is_waiting(each), "a finalizer has run, or has not");
    for (const callback& each : callbacks_) expect(!each.is_collecting, "a collection has begun, but not ended");
  }

  [[nodiscard]] bool has_callbacks() const noexcept {
    return std::ranges::any_of(callbacks_, [](const callback& each) { return each.name != 0; });
  }

  /// To be called before all objects are destroyed.
  void end() {
    for (std::size_t i = 0; i != few; ++i) {
      detach(i);
      if constexpr (collects) remove_callback(i);
    }
  }

  /// To be called when the heap has ended with all its objects.
  void forget() noexcept {
    for (ending& each : endings_) each.of.detach();
  }

 private:
  struct ending {
    finalizer of;
    object_id id = nobody;
    std::uint64_t serial = 0;
    bool is_asked_for = false;  ///< whether the function may run though the object lives
    bool was_called = false;
  };

  struct callback {
    gc_callbacks::handle name = 0;  ///< 0: none
    bool is_collecting = false;
  };

  [[nodiscard]] bool lives(const ending& of) const noexcept {
    return oracle_.is_alive(of.id) && oracle_.serial(of.id) == of.serial;
  }
  [[nodiscard]] bool is_waiting(const ending& of) const noexcept { return of.id != nobody && lives(of); }

  void at_end(std::size_t to, const pointer& object, std::uint8_t what) {
    if (object == nullptr) return;
    detach(to);
    ending& at = endings_[to];
    const std::uint64_t serial = oracle_.serial(object->id);
    at.of = ouro::finalize(object, [this, &at, serial, what] {
      expect(at.serial == serial && !at.was_called, "a finalizer ran twice, or after it was detached");
      expect(at.is_asked_for || in_.keeps_garbage || !lives(at), "a finalizer ran for the living");
      at.was_called = true;
      in_.act(behaviour_of(what), what / 2, nullptr, at.is_asked_for ? moment::birth : moment::callback);
      if (behaviour_of(what) == behaviour::throws) throw 7;
    });
    at.id = object->id;
    at.serial = serial;
  }

  /// \throws 7 if the function does
  void end_now(std::size_t which) {
    ending& at = endings_[which];
    const bool is_due = is_waiting(at);
    at.is_asked_for = true;
    at.id = nobody;
    expect(at.of() == is_due && (!is_due || at.was_called), "a finalizer has run, or has not");
  }

  void detach(std::size_t which) noexcept {
    ending& at = endings_[which];
    expect(at.of.detach() == is_waiting(at), "a finalizer was detached, or was not");
    at = {};
  }

  void add_callback(std::size_t to, gc_phase when, std::uint8_t what) {
    remove_callback(to);
    callback& at = callbacks_[to];
    at.name = gc::callbacks().add([this, &at, when, what](const gc_info& info) {
      expect(at.is_collecting == (info.phase == gc_phase::stop), "a collection began twice, or ended twice");
      at.is_collecting = info.phase == gc_phase::start;
      if (info.phase != when || in_.callbacks_are_idle) return;
      oracle_.disturb();
      in_.act(rising_behaviour_of(what), what, nullptr, moment::callback);
      if (what % 8 == 7) remove_callback(static_cast<std::size_t>(&at - callbacks_.data()));
      if (rising_behaviour_of(what) == behaviour::throws) throw 7;
    });
  }

  void remove_callback(std::size_t which) noexcept {
    callback& at = callbacks_[which];
    if (at.name != 0) gc::callbacks().remove(at.name);
    at = {};
  }

  state& in_;
  shadow& oracle_;
  std::array<ending, few> endings_{};
  std::array<callback, few> callbacks_{};
};

}  // namespace ouro::fuzz
