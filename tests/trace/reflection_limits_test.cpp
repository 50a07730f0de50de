// What stays opaque, what is a leaf, and what classes say of themselves, with reflection.
// Where there is no reflection, this file is empty.

#include <ouro/ouro.hpp>

#if OURO_HAS_REFLECTION

#include "trace/edges_in.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
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
using ouro::test::addresses;
using ouro::test::edges_in;

namespace {

class nothing {};

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
