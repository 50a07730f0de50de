// Classes that no other compiler lets the library see through. Where there is no reflection, this file is empty.

#include <ouro/ouro.hpp>

#if OURO_HAS_REFLECTION

#include "support/counted.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

using ouro::gc;
using ouro::make;
using ouro::ptr;
using ouro::detail::find_why_opaque;
using ouro::detail::has_own_destructor;
using ouro::detail::is_closure;
using ouro::detail::is_leaf;
using ouro::detail::trace_kind;
using ouro::detail::trace_kind_of;
using ouro::detail::why_opaque;
using ouro::test::counted;

namespace {

/// Makes a `T`, has it store a pointer to itself, drops it, and tells whether the collector found it.
template <class T>
bool finds_cycle_through() {
  gc::collect();
  {
    const auto object = make<T>();
    object->link(object);
    if (object.use_count() < 2) return false;
  }
  return gc::collect() == 1;
}

struct collecting {
  static constexpr bool changes_edges = false;
  void operator()(auto& edge) const { found.push_back(&edge); }
  [[nodiscard]] ouro::detail::nesting& within() const { return nested; }

  std::vector<const void*>& found;
  ouro::detail::nesting& nested;
};

/// The addresses of the edges that a trace of the object reports, in their order.
template <class T>
std::vector<const void*> edges_in(T& object) {
  std::vector<const void*> found;
  ouro::detail::nesting nested;
  const collecting see{found, nested};
  ouro::detail::edge_visitor{see}.visit_object(object);
  return found;
}

using addresses = std::vector<const void*>;

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

class list_of_edges : public std::vector<ptr<hidden>> {
  ptr<hidden> first_;
};
class is_an_edge : public ptr<hidden> {
  ptr<hidden> more_;
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
  CHECK(edges_in(edge)[0] == &static_cast<ptr<hidden>&>(edge));
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

namespace {

class text {
 public:
  text() = default;
  [[nodiscard]] std::size_t size() const { return first_.size() + more_.size(); }

 private:
  std::string first_;
  std::vector<std::string> more_;
};
class more_text : text {
  text again_[2];
  std::unique_ptr<more_text> next_;
};

class owns_text {
 public:
  void link(const ptr<text>& to) { text_ = to; }

 private:
  ptr<text> text_;
};

class with_union {
 public:
  with_union() : edge_{} {}
  ~with_union() { edge_.~ptr<int>(); }

 private:
  union {
    int number_;
    ptr<int> edge_;
  };
};
class with_plain_union {
 public:
  [[nodiscard]] int number() const { return number_; }

 private:
  union {
    int number_ = 0;
    float real_;
  };
  std::string name_;
};
class part_is_union {
  with_union part_;
};
class private_trace {
  ptr<int> edge_;
  void trace(auto&& visit) { visit(edge_); }
};

template <class T>
class holds {
 public:
  explicit holds(T held) : held_{std::move(held)} {}

 private:
  T held_;
};

}  // namespace

TEST_CASE("reflection: a class whose members are leaves is a leaf") {
  static_assert(is_leaf<text>() && is_leaf<more_text>() && ouro::leaf<text> && is_leaf<with_plain_union>());
  static_assert(!is_leaf<owns_text>());
  CHECK_FALSE(gc::is_tracked(make<text>()));
  CHECK_FALSE(gc::is_tracked(make<more_text>()));
  // Its edge leads to a leaf.
  CHECK_FALSE(gc::is_tracked(make<owns_text>()));
}

TEST_CASE("reflection: a union of edges stays opaque, and so does what has a trace that cannot be called") {
  static_assert(trace_kind_of<with_union>() == trace_kind::members && !is_leaf<with_union>());
  static_assert([]<class... Parts>(ouro::detail::types<Parts...>) {
    return ((std::is_union_v<Parts> && find_why_opaque<Parts>() == why_opaque::is_union) && ...);
  }(ouro::detail::parts_of<with_union>::type{}));
  static_assert(!is_leaf<part_is_union>());
  static_assert(trace_kind_of<private_trace>() == trace_kind::opaque);
  static_assert(find_why_opaque<private_trace>() == why_opaque::has_wrong_trace);
}

TEST_CASE("reflection: a closure with captures stays opaque, since its captures are not listed") {
  const std::string name = "a";
  const int number = 0;
  const ptr<int> edge;
  const auto with_name = [name] { return name.size(); };
  const auto with_edge = [edge] { return edge.get(); };
  const auto with_number = [number] { return number; };
  const auto with_nothing = [] { return 0; };
  static_assert(trace_kind_of<std::remove_const_t<decltype(with_edge)>>() == trace_kind::opaque);
  static_assert(find_why_opaque<std::remove_const_t<decltype(with_edge)>>() == why_opaque::is_closure);
  static_assert(find_why_opaque<std::remove_const_t<decltype(with_name)>>() == why_opaque::is_closure);
  static_assert(is_leaf<std::remove_const_t<decltype(with_number)>>());
  static_assert(is_leaf<std::remove_const_t<decltype(with_nothing)>>() && !is_closure<nothing>);
  static_assert(!is_leaf<holds<std::remove_const_t<decltype(with_edge)>>>());
  static_assert(is_leaf<std::function<void()>>());  // the standard library's types are not taken apart
  CHECK(with_name() == 1);
  CHECK(with_edge() == nullptr);
  CHECK(with_number() + with_nothing() == 0);
}

namespace {

class keeps_trace {
 public:
  void link(const ptr<keeps_trace>& to) { seen_ = unseen_ = to; }
  void clear() { unseen_ = nullptr; }
  void trace(auto&& visit) { visit(seen_); }

 private:
  ptr<keeps_trace> seen_;
  ptr<keeps_trace> unseen_;
};
class said_to_be_leaf {
  ptr<said_to_be_leaf> edge_;
};
class with_tracer {
 public:
  ptr<with_tracer> seen;

 private:
  ptr<with_tracer> unseen_;
};
struct below_leaf : said_to_be_leaf {
  ptr<below_leaf> edge;
};
struct below_tracer : with_tracer {
  ptr<below_tracer> edge;
};

}  // namespace

template <>
inline constexpr bool ouro::leaf<said_to_be_leaf> = true;
template <>
struct ouro::tracer<with_tracer> {
  static void trace(with_tracer& object, auto&& visit) { visit(object.seen); }
};

TEST_CASE("reflection: a class keeps its own trace, its tracer, and what it says of itself") {
  keeps_trace object;
  CHECK(edges_in(object).size() == 1);
  static_assert(is_leaf<said_to_be_leaf>());
  with_tracer traced;
  CHECK(edges_in(traced) == addresses{&traced.seen});
  below_leaf of_leaf;
  CHECK(edges_in(of_leaf) == addresses{&of_leaf.edge});
  below_tracer of_traced;
  CHECK(edges_in(of_traced) == addresses{&of_traced.seen, &of_traced.edge});
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

namespace {

struct implicit_destructor {
  std::string name;
};
struct defaulted_destructor {
  virtual ~defaulted_destructor() = default;
};
class private_destructor {
  ~private_destructor() {}
};
struct inherited_destructor : defaulted_destructor {};
struct base_with_destructor {
  ~base_with_destructor() {}
};
struct inherits_from_it : base_with_destructor {
  base_with_destructor member;
};
template <class T>
struct of_template {
  virtual ~of_template() {}
};
union union_with_destructor {
  int number;
  ~union_with_destructor() {}
};

}  // namespace

TEST_CASE("has_own_destructor: only of a class whose author wrote a body") {
  static_assert(!has_own_destructor<implicit_destructor>() && !has_own_destructor<defaulted_destructor>());
  static_assert(!has_own_destructor<inherited_destructor>() && !has_own_destructor<inherits_from_it>());
  static_assert(has_own_destructor<private_destructor>() && has_own_destructor<base_with_destructor>());
  static_assert(has_own_destructor<of_template<int>>() && has_own_destructor<union_with_destructor>());
  static_assert(!has_own_destructor<int>() && !has_own_destructor<int[2]>());
}

#endif
