#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <type_traits>
#include <vector>

using ouro::gc;
using ouro::make;
using ouro::ptr;

namespace {

struct later;

/// Knows only that there is a `later` when it is defined.
struct earlier {
  ptr<later> next;
};

struct later {
  ptr<earlier> back;
};

struct end_of_line {
  std::vector<int> numbers;
};
struct middle {
  ptr<end_of_line> down;
};
struct top {
  ptr<middle> down;
  ptr<end_of_line> further;
};

struct base {
  virtual ~base() = default;
  void trace(auto&&) {}
};
struct points_to_base {
  ptr<base> any;
};

}  // namespace

TEST_CASE("cyclic_types: types that cannot reach themselves are found at compile time (invariant 6)") {
  using namespace ouro::detail;
  static_assert(!may_be_cyclic<end_of_line>() && !may_be_cyclic<middle>() && !may_be_cyclic<top>());
  static_assert(may_be_cyclic<earlier>() && may_be_cyclic<later>());
  // Behind a pointer to an open base class there may be anything.
  static_assert(may_be_cyclic<points_to_base>());
  CHECK_FALSE(gc::is_tracked(make<top>()));
  CHECK(gc::is_tracked(make<later>()));
  {
    const auto a = make<earlier>(make<later>());
    a->next->back = a;
  }
  CHECK(gc::collect() == 2);
}

namespace {

using ouro::detail::edges_of;
using ouro::detail::may_be_cyclic;
using ouro::detail::shows_edges_of;
using ouro::detail::types;

// The arrays of a type are one node of the graph of types, whatever their lengths; its single objects are another.
struct row {
  ptr<row[]> next;
};
static_assert(std::is_same_v<edges_of<row>, types<row[]>>);
static_assert(may_be_cyclic<row[]>() && !may_be_cyclic<row>());  // a single row can reach arrays alone

// A type that contains itself by way of a container has the edges of what else it contains.
struct tree {
  std::vector<tree> children;
  ptr<end_of_line> leaf;
};
static_assert(std::is_same_v<edges_of<tree>, types<end_of_line>> && !may_be_cyclic<tree>());

// Of a class with a trace of its own, nothing is known.
struct traced {
  ptr<end_of_line> next;
  void trace(auto&& visit) { visit(next); }
};
static_assert(may_be_cyclic<traced>());

// Behind a pointer to a final class, or to one without virtual functions, is an object of that class.
struct closed final {
  virtual ~closed() = default;
};
static_assert(!ouro::extensible<closed> && ouro::extensible<base> && !ouro::extensible<end_of_line>);
static_assert(!ouro::detail::edges_known<base>() && ouro::detail::edges_known<end_of_line>());

struct plain_base {};
static_assert(shows_edges_of<plain_base, plain_base>() && shows_edges_of<const plain_base, plain_base>());
static_assert(shows_edges_of<traced, base>());  // behind an open class there may be anything
static_assert(!shows_edges_of<traced, plain_base>());
static_assert(shows_edges_of<middle, top>() && !shows_edges_of<top, middle>());

}  // namespace
