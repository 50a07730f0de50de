#pragma once
/// \file
/// The operations of the graph fuzzer on the weak containers of objects, on the library and on the oracle.

#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/graph.hpp>
#include <fuzz/graph/shadow.hpp>
#include <fuzz/graph/weak_members.hpp>
#include <ouro/ouro.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace ouro::fuzz {

/// The operations in one heap. The changed object is held.
template <class Kit>
class weak_operations {
  using state = graph<Kit>;
  using node = typename state::node;
  using wide = typename state::wide;
  using pointer = typename state::pointer;
  using entry = weak_model::entry;

 public:
  explicit weak_operations(state& of) noexcept : in_{of}, oracle_{of.oracle} {}

  /// Runs the operation if it is one of these. Returns whether it is.
  bool run(operation what) {
    if (what.what < opcode::weak_insert || what.what > opcode::weak_go_over) return false;
    const bool walks = what.what == opcode::weak_get || what.what == opcode::walk_known;
    in_.with_weak_from(walks ? what.b : what.a, [&](auto& weak) { run_on(weak, what); });
    return true;
  }

  /// Compares the containers of all objects with their expected content.
  void check() {
    oracle_.each(oracle_.alive(), [this](object_id id) {
      if (oracle_.kind(id) != object_kind::node) return;
      wide* const of = static_cast<node*>(const_cast<void*>(oracle_.raw(id)))->as_wide();
      if (of != nullptr) check(of->weak);
    });
  }

 private:
  [[nodiscard]] pointer& root(std::size_t number) noexcept { return in_.root[number % handles]; }

  // The live objects of the model.

  [[nodiscard]] bool is_there(const entry& of) const noexcept {
    return oracle_.is_alive(of.id) && oracle_.serial(of.id) == of.serial;
  }
  [[nodiscard]] bool is_seen(const entry& of) const noexcept { return is_there(of) && oracle_.is_pointed_to(of.id); }
  [[nodiscard]] bool has(const weak_model& model, auto is_wanted) const noexcept {
    return model.has([&](const entry& each) { return is_wanted(each) && is_seen(each); });
  }
  [[nodiscard]] static auto is(entry wanted) noexcept {
    return [wanted](const entry& each) { return each.is_of(wanted); };
  }
  [[nodiscard]] static auto is_under(int key) noexcept {
    return [key](const entry& each) { return each.key == key; };
  }

  void run_on(auto& weak, operation what) {
    const auto [_, a, b, c] = what;
    const int key = c % weak.keys;
    const pointer object = root(b);
    switch (what.what) {
      case opcode::weak_insert:
        if (object != nullptr) weak.insert(object);
        return;
      case opcode::weak_put:
        if (object != nullptr) c / 4 % 4 == 0 ? weak.put_by_default(key, object) : weak.put(key, object);
        return;
      case opcode::weak_get:
        return get(weak, a, key, c / 4 % 4 == 0);
      case opcode::know:
        if (object != nullptr) weak.know(object, oracle_.get(root_place(c)), pointer{root(c)});
        return;
      case opcode::walk_known:
        return walk(weak, a, root(c));
      case opcode::weak_erase:
        return erase(weak, c / 4 % 3, key, object);
      case opcode::weak_clear:
        return weak.clear();
      case opcode::weak_go_over:
        return go_over(weak, b % 3, c);
      default:
        return;
    }
  }

  void get(auto& weak, std::size_t to, int key, bool takes) {
    pointer found = takes ? weak.named.pop(key) : weak.named.get(key);
    const auto is_found = [&](const entry& each) { return each.key == key && is(weak.entry_of(found))(each); };
    if (found == nullptr) {
      expect(!has(weak.in_named, is_under(key)), "a weak map has forgotten an object");
    } else {
      expect(has(weak.in_named, is_found), "a weak map has another object");
    }
    if (takes) weak.in_named.remove(is_under(key));
    const object_id id = found == nullptr ? nobody : found->id;
    in_.set_root(to, id, std::move(found));
  }

  void walk(auto& weak, std::size_t to, const pointer& key) {
    if (key == nullptr) return;
    const auto found = weak.known.find(key);
    expect(has(weak.in_known, is(weak.entry_of(key))) == (found != nullptr),
           "a weak key has lost its value, or has not");
    if (found == nullptr) return;
    const object_id id = found->to == nullptr ? nobody : found->to->id;
    in_.set_root(to, id, found->to);
  }

  void erase(auto& weak, int which, int key, const pointer& object) {
    if (which != 1 && object == nullptr) return;
    const bool was_there =
        has(weak.model(which), [&](const entry& each) { return weak.is_of(each, which, key, object); });
    expect(weak.erase(which, key, object) == (was_there ? 1 : 0),
           "a weak container has erased what was not there, or has not");
  }

  /// Iterates while user code changes the container.
  void go_over(auto& weak, int which, std::uint8_t what) {
    const weak_model& model = weak.model(which);
    const weak_model before = model;
    weak_model met;
    weak.each(which, [&](int key, const pointer& object) {
      expect(object != nullptr && model.has(is(weak.entry_of(object))),
             "a weak container shows what it should not have");
      met.add(weak.entry_of(object));
      const pointer held = object;
      in_.act(rising_behaviour_of(what), what, held.get(), moment::birth);
      if (rising_behaviour_of(what) == behaviour::throws) throw 7;
      if (what % 4 >= 2) weak.erase(which, key, held);
      if (what % 4 == 3 && which == 0) weak.insert(held);
      if (what % 4 == 3 && which == 1) weak.put(key, held);
    });
    for (const entry& each : before) {
      const auto is_same = [&](const entry& now) { return now.stamp == each.stamp; };
      expect(!has(model, is_same) || met.has(is(each)), "a weak container has passed over an object");
    }
  }

  void check(auto& weak) {
    const auto expect_size = [this](std::size_t size, const weak_model& model) {
      const auto seen = std::count_if(model.begin(), model.end(), [&](const entry& each) { return is_seen(each); });
      // An object that waits for its destruction on another thread counts until then.
      const auto there = wide::is_of_one_thread ? seen
                                                : std::count_if(model.begin(), model.end(),
                                                                [&](const entry& each) { return is_there(each); });
      expect(size >= static_cast<std::size_t>(seen) && size <= static_cast<std::size_t>(there),
             "a weak container has another size");
    };
    expect_size(weak.set.size(), weak.in_set);
    expect_size(weak.named.size(), weak.in_named);
    expect_size(weak.known.size(), weak.in_known);
    for (int key = 0; key != weak.keys; ++key) {
      expect(weak.named.contains(key) == has(weak.in_named, is_under(key)), "a weak map has other keys");
    }
  }

  state& in_;
  shadow& oracle_;
};

}  // namespace ouro::fuzz
