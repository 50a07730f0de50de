#pragma once
/// \file
/// The operations on handles and objects, beside n living objects, and those that go through n objects, for each of
/// them.

#include "meter.hpp"

#include <ouro/ouro.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace growth {

template <class Memory>
struct node {
  void trace(auto&& visit) { visit(next, other); }
  typename Memory::template ptr<node> next;
  typename Memory::template ptr<node> other;
  int value = 0;
};

template <class Memory>
using nodes = std::vector<typename Memory::template ptr<node<Memory>>>;

/// Collections run where an operation asks for them.
template <class Memory>
class without_automatic_collections {
 public:
  without_automatic_collections() noexcept { Memory::gc::disable(); }
  without_automatic_collections(const without_automatic_collections&) = delete;
  without_automatic_collections& operator=(const without_automatic_collections&) = delete;
  ~without_automatic_collections() {
    Memory::gc::collect();
    Memory::gc::enable();
  }
};

/// Does `Do(objects, i)` beside n objects that live and of which none is a candidate for garbage.
template <class Memory, auto Do>
class beside_objects {
 public:
  explicit beside_objects(std::size_t n) {
    for (std::size_t i = 0; i != n; ++i) living_.push_back(Memory::template make<node<Memory>>());
    Memory::gc::collect();
  }

  [[nodiscard]] std::size_t run() {
    for (std::size_t i = 0; i != few; ++i) Do(living_, i);
    return few;
  }

 private:
  without_automatic_collections<Memory> calm_;
  nodes<Memory> living_;
};

/// What `Make(n)` gives is handed to `Do`, which works on n objects.
template <class Memory, auto Make, auto Do>
class with_all_of {
 public:
  explicit with_all_of(std::size_t n) : n_{n}, made_{Make(n)} {}
  [[nodiscard]] std::size_t run() {
    Do(made_);
    return n_;
  }

 private:
  without_automatic_collections<Memory> calm_;
  std::size_t n_;
  decltype(Make(std::size_t{})) made_;
};

template <class Memory>
[[nodiscard]] typename Memory::template ptr<node<Memory>> make_chain(std::size_t n) {
  typename Memory::template ptr<node<Memory>> first;
  for (std::size_t i = 0; i != n; ++i) {
    auto made = Memory::template make<node<Memory>>();
    made->next = std::move(first);
    first = std::move(made);
  }
  return first;
}

/// In the shape of a heap: 2i+1 and 2i+2 follow i.
template <class Memory>
[[nodiscard]] typename Memory::template ptr<node<Memory>> make_tree(std::size_t n) {
  nodes<Memory> all;
  for (std::size_t i = 0; i != n; ++i) all.push_back(Memory::template make<node<Memory>>());
  for (std::size_t i = 1; i != n; ++i) {
    auto& parent = *all[(i - 1) / 2];
    (i % 2 == 1 ? parent.next : parent.other) = all[i];
  }
  auto root = all.front();
  all.clear();
  Memory::gc::collect();
  return root;
}

/// A ring in which each object but the first also knows the one before it.
template <class Memory>
[[nodiscard]] typename Memory::template ptr<node<Memory>> make_ring(std::size_t n) {
  auto first = make_chain<Memory>(n);
  auto* last = first.get();
  while (last->next != nullptr) {
    last->next->other = Memory::from_this(last);
    last = last->next.get();
  }
  last->next = first;
  return first;
}

template <class Memory>
void leave_garbage() {
  const auto ring = Memory::template make<node<Memory>>();
  ring->next = ring;
}

template <class Memory>
void measure_handles(const std::string& policies) {
  using all = nodes<Memory>;
  using pointer = typename Memory::template ptr<node<Memory>>;
  using weak = typename Memory::template weak<node<Memory>>;
  const auto named = [&](const char* operation) { return operation + policies; };

  measure<beside_objects<Memory, [](all&, std::size_t) { pointer made = Memory::template make<node<Memory>>(); }>>(
      named("make and drop"), 1000);
  measure<beside_objects<Memory, [](all&, std::size_t) { static_cast<void>(Memory::template make<int[]>(10)); }>>(
      named("make and drop an array"), 1000);
  measure<beside_objects<Memory, [](all& living, std::size_t i) { const pointer copied = living[i]; }>>(
      named("copy and drop a pointer"), 1000);
  measure<beside_objects<Memory, [](all& living, std::size_t i) { living[i] = std::move(living[i + 1]); }>>(
      named("drop by an assignment"), 1000);
  measure<beside_objects<Memory, [](all& living, std::size_t i) { swap(living[i], living[i + 1]); }>>(named("swap"),
                                                                                                      1000);
  measure<beside_objects<Memory, [](all& living, std::size_t i) {
    const typename Memory::template ptr<const node<Memory>> converted = living[i];
    static_cast<void>(std::hash<pointer>{}(living[i]) == 1 || converted == living[i]);
  }>>(named("convert, compare and hash"), 1000);
  measure<beside_objects<Memory, [](all& living, std::size_t i) { static_cast<void>(weak{living[i]}.lock()); }>>(
      named("watch and lock"), 1000);
  measure<beside_objects<Memory, [](all& living, std::size_t i) { const weak watching{living[i], [] {}}; }>>(
      named("watch with a callback"), 1000);
  measure<beside_objects<Memory, [](all&, std::size_t) {
    pointer made = Memory::template make<node<Memory>>();
    const weak watching{made, [] {}};
    made.reset();
  }>>(named("die while watched"), 1000);
  measure<beside_objects<Memory, [](all& living, std::size_t i) {
    static_cast<void>(Memory::from_this(living[i].get()));
  }>>(named("managed_from_this"), 1000);
  measure<beside_objects<Memory, [](all& living, std::size_t i) { living[i] = pointer::adopt(living[i].release()); }>>(
      named("release and adopt"), 1000);
  measure<beside_objects<Memory, [](all& living, std::size_t i) {
    static_cast<void>(ouro::id(living[i]));
    static_cast<void>(ouro::size_of(living[i]));
    static_cast<void>(ouro::type_name(living[i]));
    static_cast<void>(ouro::ref_count(living[i]));
  }>>(named("id, size_of, type_name, ref_count"), 1000);
  measure<beside_objects<Memory, [](all& living, std::size_t i) { static_cast<void>(ouro::copy(living[i])); }>>(
      named("copy an object"), 1000);
  measure<beside_objects<Memory, [](all& living, std::size_t i) { static_cast<void>(ouro::deepcopy(living[i])); }>>(
      named("deepcopy an object"), 1000);
  measure<beside_objects<Memory, [](all&, std::size_t) { ouro::immortalize(Memory::template make<int>(1)); }>>(
      named("immortalize"), 1000);
}

template <class Memory>
void measure_structures(const std::string& policies) {
  using pointer = typename Memory::template ptr<node<Memory>>;
  const auto named = [&](const char* operation) { return operation + policies; };
  constexpr auto drop = [](pointer& made) { made.reset(); };
  constexpr auto drop_and_collect = [](pointer& made) {
    made.reset();
    Memory::gc::collect();
  };
  constexpr auto collect = [](pointer& made) {
    {
      const pointer candidate = made;
    }
    Memory::gc::collect();
  };
  constexpr auto deepcopy = [](pointer& made) { static_cast<void>(ouro::deepcopy(made)); };

  measure<with_all_of<Memory, &make_chain<Memory>, drop>>(named("drop a chain, for each object"), 1000);
  measure<with_all_of<Memory, &make_tree<Memory>, drop>>(named("drop a tree, for each object"), 1000);
  measure<with_all_of<Memory, &make_ring<Memory>, drop_and_collect>>(named("collect a ring, for each object"), 1000);
  measure<with_all_of<Memory, &make_ring<Memory>, collect>>(named("collect beside a living ring, for each object"),
                                                            1000);
  measure<with_all_of<Memory, &make_chain<Memory>, deepcopy>>(named("deepcopy a chain, for each object"), 1000);
  measure<with_all_of<Memory, &make_tree<Memory>, deepcopy>>(named("deepcopy a tree, for each object"), 1000);
  measure<with_all_of<Memory, &make_tree<Memory>, [](pointer& made) { static_cast<void>(ouro::deep_size_of(made)); }>>(
      named("deep_size_of a tree, for each object"), 1000);
  measure<with_all_of<Memory, &make_chain<Memory>, [](pointer& made) {
    const typename Memory::gc::deferred_drops deferring;
    made.reset();
    while (Memory::gc::drain(10) != 0) {
    }
  }>>(named("drain, for each object"), 1000);
}

inline void measure_objects() {
  using memory = ouro::default_memory;
  using generational = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;
  using shared = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>;
  using biased = ouro::memory<ouro::biased_refcount, ouro::trial_deletion, ouro::pool_allocator>;
  measure_handles<memory>("");
  measure_handles<generational>(", generational");
  measure_handles<shared>(", atomic");
  measure_handles<biased>(", biased");
  measure_structures<memory>("");
  measure_structures<generational>(", generational");
  measure_structures<shared>(", atomic");
  measure_structures<biased>(", biased");

  using all = nodes<memory>;
  using gc = memory::gc;
  measure<beside_objects<memory, [](all&, std::size_t) {
    leave_garbage<memory>();
    gc::collect();
  }>>("full collection of some garbage", 1000);
  measure<beside_objects<memory, [](all&, std::size_t) {
    leave_garbage<memory>();
    gc::step(1);
  }>>("step", 1000);
  measure<beside_objects<memory, [](all&, std::size_t) { gc::safepoint(); }>>("safepoint", 1000);
  measure<beside_objects<memory, [](all& living, std::size_t i) {
    static_cast<void>(gc::is_tracked(living[i]));
    static_cast<void>(gc::is_finalized(living[i]));
    static_cast<void>(gc::referents(living[i]));
    static_cast<void>(gc::count());
    static_cast<void>(gc::stats());
  }>>("is_tracked, is_finalized, referents, count, stats", 1000);
  measure<beside_objects<memory, [](all& living, std::size_t i) {
    ouro::finalizer calling = ouro::finalize(living[i], [] {});
    calling.detach();
  }>>("finalize and detach", 1000);
}

}  // namespace growth
