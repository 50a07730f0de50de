#pragma once
/// \file
/// Elements that call the test during a container's operation, and a loop over all that the test may do then.

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace ouro::test {

/// Where an element calls the test.
enum class moment { never, destruction, making, move, copy, comparison, hash };

/// What all elements share: at which moment they call `action`, and how often they still may.
struct bell {
  static inline moment rings_at = moment::never;
  static inline int left = 0;
  static inline std::function<void()> action;
  static inline bool rang = false;
  static inline int alive = 0;  ///< elements

  static void ring(moment now) {
    if (now != rings_at || left == 0) return;
    --left;
    rang = true;
    action();
  }
};

struct node {
  ptr<node> next;
};

/// An element that lies by value in its container, and has an edge. `Throws`: its move may throw.
template <bool Throws>
struct basic_element {
  static constexpr int intact = 0x600d;

  /// Is used where a container makes an element by itself.
  basic_element() : basic_element{0} {
    bell::ring(moment::making);  // an exception ends the object, which is made already
  }
  basic_element(int of) : id{of}, edge{make<node>()} { ++bell::alive; }
  basic_element(const basic_element& from) : id{from.id}, is_armed{from.is_armed}, edge{from.edge} {
    ++bell::alive;
    guarded([&] { bell::ring(moment::copy); });
    id = from.id;  // which is still there
  }
  basic_element(basic_element&& from) noexcept(!Throws)
      : id{from.id}, is_armed{std::exchange(from.is_armed, false)}, edge{std::move(from.edge)} {
    ++bell::alive;
    guarded([&] { bell::ring(moment::move); });
  }
  basic_element& operator=(const basic_element& from) {
    id = from.id;
    is_armed = from.is_armed;
    edge = from.edge;
    bell::ring(moment::copy);
    return *this;
  }
  basic_element& operator=(basic_element&& from) noexcept(!Throws) {
    id = from.id;
    is_armed = std::exchange(from.is_armed, false);
    edge = std::move(from.edge);
    bell::ring(moment::move);
    return *this;
  }
  ~basic_element() {
    if (health != intact) FAIL_CHECK("an element is destroyed that is none");
    health = 0;
    --bell::alive;
    if (std::exchange(is_armed, false)) bell::ring(moment::destruction);
  }
  void trace(auto&& visit) { visit(edge); }

  [[nodiscard]] bool operator==(const basic_element& with) const {
    bell::ring(moment::comparison);
    CHECK(health == intact);
    CHECK(with.health == intact);
    return id == with.id;
  }

  int health = intact;
  int id = 0;
  bool is_armed = true;
  ptr<node> edge;

 private:
  /// Where the constructor throws, the element does not count as alive.
  static void guarded(auto call) {
    try {
      call();
    } catch (...) {
      --bell::alive;
      throw;
    }
  }
};

using element = basic_element<false>;
using throwing_element = basic_element<true>;

/// An element that is a pointer to an object.
struct pointee {
  explicit pointee(int of) : id{of} { ++bell::alive; }
  pointee(const pointee&) = delete;
  pointee& operator=(const pointee&) = delete;
  ~pointee() {
    --bell::alive;
    bell::ring(moment::destruction);
  }
  void trace(auto&& visit) { visit(next); }
  int id;
  ptr<pointee> next;
};

template <class Element>
[[nodiscard]] Element made(int id) {
  if constexpr (std::is_same_v<Element, ptr<pointee>>) {
    return make<pointee>(id);
  } else {
    return Element{id};
  }
}

/// Makes some elements without a call of the test.
template <class Element>
[[nodiscard]] std::vector<Element> several() {
  const moment before = std::exchange(bell::rings_at, moment::never);
  std::vector<Element> all;
  for (int i = 0; i != 3; ++i) all.push_back(made<Element>(i));
  bell::rings_at = before;
  return all;
}

template <class Element>
void check_intact(const Element& each) {
  if constexpr (std::is_same_v<Element, ptr<pointee>>) {
    if (each) CHECK(each->id >= 0);
  } else if constexpr (requires { each.health; }) {
    if (each.health != Element::intact) FAIL_CHECK("an element is met that is none");
  }
}

struct hash_of_element {
  template <class Element>
  [[nodiscard]] std::size_t operator()(const Element& of) const {
    bell::ring(moment::hash);
    if constexpr (std::is_same_v<Element, ptr<pointee>>) {
      return static_cast<std::size_t>(of->id) % 4;
    } else {
      return static_cast<std::size_t>(of.id) % 4;
    }
  }
};

/// Compares what pointers point to.
struct equal_elements {
  [[nodiscard]] bool operator()(const ptr<pointee>& left, const ptr<pointee>& right) const {
    bell::ring(moment::comparison);
    return left->id == right->id;
  }
};

/// Gives all keys the same hash.
struct one_hash {
  [[nodiscard]] std::size_t operator()(int) const noexcept { return 1; }
};

/// Calls the test once, in a comparison whose number is given.
struct calling_equal {
  static inline int left = 0;  ///< comparisons until the one that calls
  static inline std::function<void()> action;

  static void call_at(int comparison, std::function<void()> call) {
    left = comparison;
    action = std::move(call);
  }
  /// Returns whether it has called.
  [[nodiscard]] static bool never_again() { return std::exchange(action, nullptr) == nullptr; }

  [[nodiscard]] bool operator()(int first, int second) const {
    if (action != nullptr && left-- == 0) std::exchange(action, nullptr)();
    return first == second;
  }
};

/// The elements to iterate over.
template <class Container>
[[nodiscard]] decltype(auto) elements_of(Container& container) {
  if constexpr (requires { container.values(); }) {
    return container.values();
  } else {
    return (container);
  }
}

/// A container as a member of a managed object that is on a cycle, and another container for swaps.
template <class Container>
struct home {
  Container items;
  Container other;
  ptr<home> self;
  void trace(auto&& visit) { visit(items, other, self); }
};

template <class Container>
using step = std::pair<std::string, std::function<void(home<Container>&)>>;

template <class Container>
[[nodiscard]] auto& live_home() {
  static ptr<home<Container>> now;
  return now;
}

/// A collection looks at the container: its home is a candidate, and there is garbage.
template <class Container>
void collect_around(home<Container>&) {
  if (const auto again = live_home<Container>(); again != nullptr) static_cast<void>(ptr<home<Container>>{again});
  const auto ring = make<node>();
  ring->next = ring;
}

/// Runs each of `operations` with each of `actions` inside it, at `at`. Returns whether that moment has ever come.
template <class Container, class Fill>
bool try_all(Fill fill, const std::vector<step<Container>>& operations, const std::vector<step<Container>>& actions,
             moment at) {
  auto& here = live_home<Container>();
  bell::rang = false;
  for (const auto& [operation_name, operation] : operations) {
    for (const auto& [action_name, action] : actions) {
      for (const int times : {1, 3}) {
        // Neither destructors nor functions that are declared noexcept may throw.
        INFO(operation_name << " with " << action_name << ", " << times << " times");
        here = make<home<Container>>();
        here->self = here;
        fill(here->items, 0);
        fill(here->other, 100);
        bell::action = [&here, &change = action] {
          if (here != nullptr) change(*here);
        };
        bell::left = times;
        bell::rings_at = at;
        try {
          operation(*here);
        } catch (const std::runtime_error&) {
        }
        bell::rings_at = moment::never;
        if (here != nullptr) {
          std::size_t met = 0;
          for (const auto& each : elements_of(here->items)) {
            if constexpr (requires { each.second; }) {
              check_intact(each.first);
              check_intact(each.second);
            } else {
              check_intact(each);
            }
            ++met;
          }
          CHECK(met == here->items.size());
          // It can be used as before.
          fill(here->items, 50);
          here->items.clear();
          CHECK(here->items.empty());
          here->self.reset();
        }
        here.reset();
        ouro::gc::collect();
        REQUIRE(bell::alive == 0);
      }
    }
  }
  return bell::rang;
}

/// Ends the container. While one of its operations runs, nothing but a destructor of an element may do that.
template <class Container>
[[nodiscard]] step<Container> ending() {
  return {"end of the container", [](home<Container>&) {
            auto& here = live_home<Container>();
            here->self.reset();
            here.reset();
          }};
}

/// Throws an exception, which leaves the operation.
template <class Container>
[[nodiscard]] step<Container> throwing() {
  return {"an exception", [](home<Container>&) { throw std::runtime_error{"from an element"}; }};
}

/// An allocator that calls the test, as one does that collects where memory is short: the collector runs destructors.
struct calling_allocator {
  static inline std::function<void()> action;  ///< called once
  static inline std::size_t failures = 0;      ///< so many allocations fail
  static inline std::size_t blocks = 0;        ///< that are in use
  static inline std::size_t bytes = 0;         ///< of these

  [[nodiscard]] static void* allocate(std::size_t wanted, std::size_t alignment) {
    if (const auto now = std::exchange(action, nullptr)) now();
    if (failures != 0 && failures-- != 0) return nullptr;
    ++blocks;
    bytes += wanted;
    return ::operator new(wanted, std::align_val_t{alignment});
  }
  static void deallocate(void* block, std::size_t given, std::size_t alignment) noexcept {
    --blocks;
    bytes -= given;
    ::operator delete(block, std::align_val_t{alignment});
  }
};

using calling_memory = ouro::memory<ouro::local_refcount, ouro::no_collector, calling_allocator>;

}  // namespace ouro::test
