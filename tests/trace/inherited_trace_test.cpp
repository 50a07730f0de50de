#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

using ouro::gc;
using ouro::make;
using ouro::ptr;
using ouro::detail::trace_knows_members;

namespace {

struct node {
  node() = default;
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  virtual ~node() = default;
  void trace(auto&& visit) { visit(next); }
  [[nodiscard]] virtual int kind() const { return 0; }

  ptr<node> next;
};

/// Overrides functions and has no members of its own.
struct special_node : node {
  [[nodiscard]] int kind() const override { return 1; }
};

struct node_with_value : node {
  std::string value;
};

struct node_with_own_trace : node_with_value {
  void trace(auto&& visit) {
    node::trace(visit);
    visit(other);
  }

  ptr<node> other;
};

struct leaf_with_base : node_with_value {};

/// An empty base class, whose trace asks the object for its edges.
template <class Object>
struct asks_object {
  void trace(auto&& visit) { static_cast<Object&>(*this).show(visit); }
};
struct asked : asks_object<asked> {
  ptr<asked> next;
  void show(auto&& visit) { visit(next); }
};
struct asked_and_says_so : asks_object<asked_and_says_so> {
  ptr<asked_and_says_so> next;
  void show(auto&& visit) { visit(next); }
  void trace(auto&& visit) { asks_object::trace(visit); }
};

struct without_room {
  virtual ~without_room() = default;
  void trace(auto&&) {}
  void* all = nullptr;
};
struct with_flag_in_padding {
  virtual ~with_flag_in_padding() = default;
  void trace(auto&&) {}
  char some = 0;
};
struct fills_padding final : with_flag_in_padding {
  char more = 0;
};
struct fills_nothing final : with_flag_in_padding {};

struct with_const_trace {
  virtual ~with_const_trace() = default;
  void trace(const auto& visit) const noexcept { visit(); }
};
struct inherits_const_trace : with_const_trace {
  int more = 0;
};

static_assert(trace_knows_members<node>());
static_assert(trace_knows_members<special_node>());
static_assert(!trace_knows_members<node_with_value>());
static_assert(trace_knows_members<node_with_own_trace>());
static_assert(!trace_knows_members<leaf_with_base>());
static_assert(!trace_knows_members<asked>());
static_assert(trace_knows_members<asked_and_says_so>());
static_assert(ouro::detail::room_behind<without_room>() == 0);
static_assert(ouro::detail::room_behind<with_flag_in_padding>() == sizeof(void*) - 1);
static_assert(sizeof(fills_padding) == sizeof(with_flag_in_padding) && !trace_knows_members<fills_padding>());
static_assert(trace_knows_members<fills_nothing>());
static_assert(!trace_knows_members<inherits_const_trace>());

}  // namespace

// Where the trace of the base class shows no edges, the class may say that it is a leaf.
template <>
inline constexpr bool ouro::leaf<inherits_const_trace> = true;

TEST_CASE("a class that adds no members is collected by the trace of its base class") {
  gc::collect();
  {
    const auto object = make<special_node>();
    object->next = object;
    CHECK(object->kind() == 1);
  }
  CHECK(gc::collect() == 1);
}

TEST_CASE("a class that adds an edge to a base class with a trace is collected by a trace of its own") {
  gc::collect();
  {
    const auto object = make<node_with_own_trace>();
    object->next = make<special_node>();
    object->next->next = object;
    object->other = object;
    CHECK(object.use_count() == 3);
  }
  CHECK(gc::collect() == 2);
}

TEST_CASE("a class that says that it is a leaf needs no trace beside the one that it inherits") {
  const auto object = make<inherits_const_trace>();
  CHECK_FALSE(gc::is_tracked(object));
}

TEST_CASE("a trace that asks the object for its edges is passed on by a trace of its own") {
  gc::collect();
  {
    const auto object = make<asked_and_says_so>();
    object->next = object;
  }
  CHECK(gc::collect() == 1);
}
