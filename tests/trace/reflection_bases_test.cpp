// The bases of classes that no other compiler lets the library see through.
// Where there is no reflection, this file is empty.

#include <ouro/ouro.hpp>

#if OURO_HAS_REFLECTION

#include "trace/edges_in.hpp"

#include <doctest/doctest.h>

#include <vector>

using ouro::gc;
using ouro::make;
using ouro::ptr;
using ouro::detail::trace_kind;
using ouro::detail::trace_kind_of;
using ouro::test::addresses;
using ouro::test::edges_in;

namespace {

class base {
 public:
  virtual ~base() = default;
  void link(const ptr<base>& to) { in_base_ = to; }
  [[nodiscard]] const void* first() const { return &in_base_; }

 private:
  ptr<base> in_base_;
};

class second_base {
 public:
  [[nodiscard]] const void* second() const { return &in_second_; }

 protected:
  ptr<base> in_second_;
};

class derived : public base, private second_base {
 public:
  addresses edges() { return {first(), second(), &own_}; }

 private:
  ptr<derived> own_;
};

}  // namespace

TEST_CASE("reflection: members of all bases are seen, first those of the first base") {
  derived object;
  CHECK(edges_in(object) == object.edges());
  gc::collect();
  {
    const auto in_cycle = make<derived>();
    in_cycle->link(in_cycle);
  }
  CHECK(gc::collect() == 1);
}

namespace {

class bottom;
struct shared_base {
  virtual ~shared_base() = default;
  ptr<bottom> edge;
};
class left : public virtual shared_base {
 public:
  ptr<shared_base> left_edge;
};
class right : private virtual shared_base {
 public:
  ptr<shared_base> right_edge;
};
class bottom : public left, public right {
 public:
  ptr<bottom> own;
};

/// Its trace is in charge of the virtual base.
struct left_with_trace : virtual shared_base {
  ptr<shared_base> left_edge;
  void trace(auto&& visit) { visit(left_edge, edge); }
};
struct below_trace : right, left_with_trace {
  ptr<shared_base> own;
};
struct trace_of_far_base : left {
  void trace(auto&& visit) { visit(edge); }
};
struct below_far_base : right, trace_of_far_base {
  ptr<shared_base> own;
};

struct part {
  ptr<shared_base> edge;
};
struct first_part : part {};
struct second_part : part {};
struct twice_the_same : first_part, second_part {};

}  // namespace

TEST_CASE("reflection: a virtual base is seen once, however many bases lead to it") {
  bottom object;
  CHECK(edges_in(object) ==
        addresses{&static_cast<left&>(object).edge, &object.left_edge, &object.right_edge, &object.own});
  below_trace traced;
  CHECK(edges_in(traced) ==
        addresses{&traced.right_edge, &traced.left_edge, &static_cast<left_with_trace&>(traced).edge, &traced.own});
  below_far_base far;
  CHECK(edges_in(far) == addresses{&far.right_edge, &static_cast<left&>(far).edge, &far.own});
  gc::collect();
  {
    const auto in_cycle = make<bottom>();
    static_cast<left&>(*in_cycle).edge = in_cycle;
    in_cycle->own = in_cycle;
  }
  CHECK(gc::collect() == 1);
}

TEST_CASE("reflection: a base that lies twice in an object is seen at both places") {
  twice_the_same object;
  CHECK(edges_in(object) == addresses{&static_cast<first_part&>(object).edge, &static_cast<second_part&>(object).edge});
}

namespace {

struct with_trace {
  ptr<with_trace> first;
  ptr<with_trace> second;
  void trace(auto&& visit) { visit(second, first); }
};
struct adds_to_trace : with_trace {
  ptr<with_trace> third;
};
struct adds_to_nothing : with_trace {};
class adds_to_private : with_trace {
 public:
  addresses edges() { return {&second, &first, &third_}; }

 private:
  ptr<with_trace> third_;
};
struct with_two_traces : with_trace, left_with_trace {
  ptr<with_trace> third;
};

/// An empty base whose trace asks the object.
template <class Object>
struct asks_object {
  void trace(auto&& visit) { static_cast<Object&>(*this).show(visit); }
};
struct asked : asks_object<asked> {
  ptr<asked> edge;
  void show(auto&& visit) { visit(edge); }
};

class list_of_edges : public std::vector<ptr<base>> {
  ptr<base> first_;
};
class is_an_edge : public ptr<base> {
  ptr<base> more_;
};

}  // namespace

TEST_CASE("reflection: a base with a trace is seen by it, and the members of the derived class beside it") {
  adds_to_trace object;
  CHECK(edges_in(object) == addresses{&object.second, &object.first, &object.third});
  adds_to_private of_private;
  CHECK(edges_in(of_private) == of_private.edges());
  static_assert(trace_kind_of<adds_to_nothing>() == trace_kind::member);
  adds_to_nothing nothing;
  CHECK(edges_in(nothing) == addresses{&nothing.second, &nothing.first});
  with_two_traces both;
  CHECK(edges_in(both) == addresses{&both.second, &both.first, &both.left_edge, &both.edge, &both.third});
  asked by_base;
  CHECK(edges_in(by_base) == addresses{&by_base.edge});
}

TEST_CASE("reflection: a base that is a container or an edge is seen as one") {
  list_of_edges list;
  list.resize(2);
  CHECK(edges_in(list).size() == 3);
  CHECK(edges_in(list)[1] == &list[1]);
  is_an_edge edge;
  CHECK(edges_in(edge).size() == 2);
  CHECK(edges_in(edge)[0] == &static_cast<ptr<base>&>(edge));
}

#endif
