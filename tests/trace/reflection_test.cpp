// Classes that no other compiler lets the library see through.
// Where there is no reflection, this file is empty.

#include <ouro/ouro.hpp>

#if OURO_HAS_REFLECTION

#include "support/counted.hpp"
#include "trace/edges_in.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using ouro::make;
using ouro::ptr;
using ouro::detail::is_leaf;
using ouro::detail::trace_kind;
using ouro::detail::trace_kind_of;
using ouro::test::addresses;
using ouro::test::counted;
using ouro::test::edges_in;
using ouro::test::finds_cycle_through;

namespace {

class hidden : counted<hidden> {
 public:
  ~hidden() { name_ += "gone"; }
  void link(const ptr<hidden>& to) { edge_ = to; }
  static int count() { return alive; }

 private:
  std::string name_;
  ptr<hidden> edge_;
  double behind_ = 0;
};

}  // namespace

TEST_CASE("reflection: a class is seen through whatever it hides") {
  static_assert(trace_kind_of<hidden>() == trace_kind::members && !is_leaf<hidden>());
  CHECK(finds_cycle_through<hidden>());
  CHECK(hidden::count() == 0);

  class with_protected {
   public:
    void link(const ptr<with_protected>& to) { edge_ = to; }

   protected:
    ptr<with_protected> edge_;
  };
  CHECK(finds_cycle_through<with_protected>());
}

TEST_CASE("reflection: local classes of equal names, with members of equal names, are told apart") {
  const auto first = [] {
    struct local {
      ptr<local> edge;
      void link(const ptr<local>& to) { edge = to; }
    };
    return finds_cycle_through<local>();
  };
  const auto second = [] {
    struct local {
      std::string before;
      ptr<local> edge;
      void link(const ptr<local>& to) { edge = to; }
    };
    return finds_cycle_through<local>();
  };
  CHECK(first());
  CHECK(second());
}

namespace {

template <int Number, class Of>
struct ten : ten<Number - 1, Of> {
  Of a, b, c, d, e, f, g, h, i, j;
};
template <class Of>
struct ten<0, Of> {};

/// More than structured bindings name.
struct wide {
  ptr<wide> a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9;
  ptr<wide> c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9;
  ptr<wide> e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1, f2, f3, f4, f5, f6, f7, f8, f9;
  ptr<wide> g0, g1, g2, g3, g4, g5, g6, g7, g8, g9;
  void link(const ptr<wide>& to) { a0 = f9 = g9 = to; }
};

}  // namespace

TEST_CASE("reflection: any number of members and bases is seen") {
  wide object;
  const addresses seen = edges_in(object);
  REQUIRE(seen.size() == 70);
  for (std::size_t i = 0; i != 70; ++i) CHECK(seen[i] == &object.a0 + i);
  CHECK(finds_cycle_through<wide>());

  ten<12, ptr<wide>> deep;
  CHECK(edges_in(deep).size() == 120);
}

namespace {

class packed {
 public:
  explicit packed(ptr<packed>& elsewhere) : elsewhere_{elsewhere}, raw_{&elsewhere} {}
  addresses edges() { return {&edge_, &constant_, &changes_}; }
  [[nodiscard]] bool flags() const { return first_ != 0 && second_ != 0 && raw_ == &elsewhere_; }

 private:
  int first_ : 3 = 1;
  int : 4;
  unsigned second_ : 5 = 1;
  ptr<packed> edge_;
  ptr<packed>& elsewhere_;
  ptr<packed>* raw_;
  packed* parent_ = nullptr;
  void (*function_)() = nullptr;
  int packed::* member_ = nullptr;
  const ptr<packed> constant_;
  volatile int unsteady_ = 0;
  mutable ptr<packed> changes_;
  static inline ptr<packed> of_class_;
};

class with_arrays {
 public:
  void link(const ptr<with_arrays>& to) { edges_[1][2] = more_[1] = to; }
  addresses edges() {
    addresses all;
    for (auto& row : edges_) {
      for (auto& edge : row) all.push_back(&edge);
    }
    for (auto& edge : more_) all.push_back(&edge);
    return all;
  }

 private:
  ptr<with_arrays> edges_[2][3];
  char name_[8] = {};
  std::array<ptr<with_arrays>, 2> more_;
};

class nothing {};
class with_empty {
 public:
  addresses edges() { return {&edge_}; }

 private:
  [[no_unique_address]] nothing first_;
  [[no_unique_address]] std::less<> second_;
  ptr<with_empty> edge_;
};

template <class T, class Compare = std::less<T>>
class tree {
 public:
  void link(const ptr<tree>& to) { root_.children.push_back(to); }

 private:
  struct root {
    std::vector<ptr<tree>> children;
    std::optional<T> value;
  };
  root root_;
  [[no_unique_address]] Compare compare_;
};

class has_parts {
 public:
  void link(const ptr<has_parts>& to) {
    owned_ = std::make_unique<part_class>(to);
    either_ = to;
  }

 private:
  class part_class {
   public:
    explicit part_class(ptr<has_parts> to) : edge_{std::move(to)} {}

   private:
    ptr<has_parts> edge_;
  };
  std::unique_ptr<part_class> owned_;
  std::variant<int, ptr<has_parts>> either_;
};

}  // namespace

TEST_CASE("reflection: references, raw pointers, bit-fields and static members are no edges") {
  ptr<packed> elsewhere;
  packed object{elsewhere};
  CHECK(edges_in(object) == object.edges());
  CHECK(object.flags());
}

TEST_CASE("reflection: an aggregate's reference is no edge") {
  struct refers {
    const ptr<hidden>& elsewhere;
    ptr<hidden> edge;
  };
  const ptr<hidden> elsewhere;
  refers object{elsewhere, nullptr};
  CHECK(edges_in(object) == addresses{&object.edge});
}

TEST_CASE("reflection: arrays of arrays, empty members, templates, and parts of parts") {
  with_arrays arrays;
  CHECK(edges_in(arrays) == arrays.edges());
  CHECK(finds_cycle_through<with_arrays>());
  with_empty empty;
  CHECK(edges_in(empty) == empty.edges());
  CHECK(finds_cycle_through<tree<std::string>>());
  CHECK(finds_cycle_through<has_parts>());
}

TEST_CASE("reflection: copies rewire the edges of a class that hides them") {
  class copied {
   public:
    void link(const ptr<copied>& to) { edge_ = to; }
    [[nodiscard]] const ptr<copied>& edge() const { return edge_; }

   private:
    ptr<copied> edge_;
  };
  auto object = make<copied>();
  object->link(object);
  {
    const auto copy = ouro::deepcopy(object);
    CHECK(copy != object);
    CHECK(copy->edge() == copy);
    copy->link(nullptr);
  }
  object->link(nullptr);
}

#endif
