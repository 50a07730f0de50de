// Assignments to a pointer while it, its source or its target changes under them.

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <type_traits>
#include <utility>

namespace {

template <class Refcount, class Collector, class Allocator = ouro::pool_allocator>
struct policies {
  template <class T>
  using ptr = ouro::managed_ptr<T, Refcount, Collector, Allocator>;
  template <class T>
  static ptr<T> make(int value) {
    return ouro::make_managed<T, Refcount, Collector, Allocator>(value);
  }
};

using by_default = policies<ouro::local_refcount, ouro::trial_deletion>;
using by_generations = policies<ouro::local_refcount, ouro::generational>;
using without_collector = policies<ouro::local_refcount, ouro::no_collector, ouro::system_allocator>;
using by_atomics = policies<ouro::atomic_refcount, ouro::trial_deletion>;
using by_bias = policies<ouro::biased_refcount, ouro::trial_deletion>;
using by_bias_alone = policies<ouro::biased_refcount, ouro::no_collector>;

/// Objects that count themselves, made by `new`.
struct by_themselves {
  template <class T>
  using ptr = ouro::managed_ptr<T, ouro::self_refcount, ouro::no_collector, ouro::system_allocator>;
  template <class T>
  static ptr<T> make(int value) {
    return ptr<T>{new T(value)};
  }
};

/// Calls `at_death` in its destructor, once. Its count is used by `by_themselves` only.
template <class Policies>
struct node {
  using ptr = typename Policies::template ptr<node>;
  explicit node(int of) : value{of} { ++alive; }
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  virtual ~node() {
    --alive;
    if (at_death) std::exchange(at_death, nullptr)();
  }
  void trace(auto&& visit) { visit(next); }
  friend void intrusive_ptr_add_ref(node* object) noexcept { ++object->count; }
  friend void intrusive_ptr_release(node* object) noexcept {
    if (--object->count == 0) delete object;
  }

  static inline int alive = 0;
  static inline std::function<void()> at_death;
  ptr next;
  int value;
  int count = 0;
};

template <class Policies>
struct derived : node<Policies> {
  using node<Policies>::node;
  void trace(auto&& visit) { visit(this->next, after); }
  typename Policies::template ptr<derived> after;
};

template <class Policies>
[[nodiscard]] typename node<Policies>::ptr make_node(int value) {
  return Policies::template make<node<Policies>>(value);
}

/// The number of pointers to the object, whoever counts it.
template <class Ptr>
[[nodiscard]] long count_of(const Ptr& of) {
  if constexpr (requires { of.use_count(); }) {
    return of.use_count();
  } else {
    return of->count;
  }
}

}  // namespace

#define OURO_TEST_POLICIES \
  by_default, by_generations, without_collector, by_atomics, by_bias, by_bias_alone, by_themselves

TEST_CASE_TEMPLATE("managed_ptr: each assignment moves counts by one, and what was moved from is null", Policies,
                   OURO_TEST_POLICIES) {
  using ptr = typename node<Policies>::ptr;
  {
    ptr to = make_node<Policies>(1);
    ptr from = make_node<Policies>(2);
    const ptr second = from;
    to = from;
    CHECK(node<Policies>::alive == 1);
    CHECK(count_of(from) == 3);
    to = std::move(from);
    CHECK(from == nullptr);  // NOLINT(bugprone-use-after-move): what a move leaves behind
    CHECK(to == second);
    CHECK(count_of(second) == 2);
    from = to;
    CHECK(count_of(second) == 3);
    to = from = nullptr;
    CHECK(count_of(second) == 1);

    auto whole = Policies::template make<derived<Policies>>(3);
    to = whole;
    CHECK(count_of(whole) == 2);
    to = std::move(whole);
    CHECK(whole == nullptr);
    CHECK(count_of(to) == 1);
    CHECK(to->value == 3);
    to.reset();
    CHECK(node<Policies>::alive == 1);
  }
  CHECK(node<Policies>::alive == 0);
}

TEST_CASE_TEMPLATE("managed_ptr: the only pointer to an object is assigned to itself (trap 1)", Policies,
                   OURO_TEST_POLICIES) {
  auto only = make_node<Policies>(1);
  auto& same = only;
  only = same;
  only = std::move(same);
  swap(only, same);
  CHECK(node<Policies>::alive == 1);
  CHECK(count_of(only) == 1);
  CHECK(only->value == 1);
  only = nullptr;
  only = same;
  only = std::move(same);
  CHECK(only == nullptr);
  CHECK(node<Policies>::alive == 0);
}

TEST_CASE_TEMPLATE("managed_ptr: the source of an assignment lies in the object that the assignment ends (trap 2)",
                   Policies, OURO_TEST_POLICIES) {
  using ptr = typename node<Policies>::ptr;
  ptr head = make_node<Policies>(1);
  head->next = make_node<Policies>(2);
  head->next->next = make_node<Policies>(3);
  head = head->next;
  CHECK(head->value == 2);
  CHECK(count_of(head) == 1);
  CHECK(node<Policies>::alive == 2);
  head = std::move(head->next);
  CHECK(head->value == 3);
  CHECK(node<Policies>::alive == 1);

  const auto first = [] {
    auto made = Policies::template make<derived<Policies>>(4);
    made->after = Policies::template make<derived<Policies>>(5);
    return made;
  };
  head = first();
  head = static_cast<derived<Policies>&>(*head).after;
  CHECK(head->value == 5);
  CHECK(count_of(head) == 1);
  head = first();
  head = std::move(static_cast<derived<Policies>&>(*head).after);
  CHECK(head->value == 5);
  CHECK(node<Policies>::alive == 1);
  head = head->next;
  CHECK(head == nullptr);
  CHECK(node<Policies>::alive == 0);
}

TEST_CASE_TEMPLATE("managed_ptr: the destructor of what an assignment drops sees the new value (trap 4)", Policies,
                   OURO_TEST_POLICIES) {
  using ptr = typename node<Policies>::ptr;
  ptr target;
  int seen = 0;
  const auto when_assigned = [&](auto assign) {
    target = make_node<Policies>(1);
    seen = 0;
    node<Policies>::at_death = [&] { seen = target == nullptr ? -1 : target->value; };
    assign();
    return seen;
  };
  CHECK(when_assigned([&] {
          const ptr from = make_node<Policies>(2);
          target = from;
        }) == 2);
  CHECK(when_assigned([&] { target = make_node<Policies>(3); }) == 3);
  CHECK(when_assigned([&] {
          const auto from = Policies::template make<derived<Policies>>(4);
          target = from;
        }) == 4);
  CHECK(when_assigned([&] { target = Policies::template make<derived<Policies>>(5); }) == 5);
  CHECK(when_assigned([&] { target = nullptr; }) == -1);
  CHECK(when_assigned([&] { target.reset(); }) == -1);
  CHECK(node<Policies>::alive == 0);
}

TEST_CASE_TEMPLATE("managed_ptr: what a destructor stores in the pointer that is assigned stays there (trap 3)",
                   Policies, OURO_TEST_POLICIES) {
  using ptr = typename node<Policies>::ptr;
  ptr target;
  const auto when_assigned = [&](auto assign) {
    target = make_node<Policies>(1);
    node<Policies>::at_death = [&] { target = make_node<Policies>(9); };
    assign();
    return target->value;
  };
  CHECK(when_assigned([&] {
          const ptr from = make_node<Policies>(2);
          target = from;
        }) == 9);
  CHECK(when_assigned([&] { target = make_node<Policies>(3); }) == 9);
  CHECK(when_assigned([&] { target = nullptr; }) == 9);
  CHECK(when_assigned([&] { target.reset(); }) == 9);
  CHECK(node<Policies>::alive == 1);
  target.reset();
  CHECK(node<Policies>::alive == 0);
}

TEST_CASE_TEMPLATE("managed_ptr: a destructor changes the source of the assignment that has called it", Policies,
                   OURO_TEST_POLICIES) {
  using ptr = typename node<Policies>::ptr;
  {
    ptr target = make_node<Policies>(1);
    ptr source = make_node<Policies>(2);
    node<Policies>::at_death = [&] { source = nullptr; };
    target = source;
    CHECK(source == nullptr);
    CHECK(target->value == 2);
    CHECK(count_of(target) == 1);

    source = make_node<Policies>(3);
    node<Policies>::at_death = [&] { source = make_node<Policies>(4); };
    target = std::move(source);
    CHECK(target->value == 3);
    CHECK(source->value == 4);  // NOLINT(bugprone-use-after-move): the destructor has stored it
    CHECK(node<Policies>::alive == 2);
  }
  CHECK(node<Policies>::alive == 0);
}
