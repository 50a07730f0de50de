#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <any>
#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <set>
#include <stack>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

using ouro::gc;
using ouro::make;
using ouro::ptr;

namespace {

/// Makes a `T`, has `link` store a pointer to it in itself, drops it, and tells whether the collector found it.
template <class T, class Link>
bool finds_cycle_through(Link link) {
  gc::collect();
  {
    const auto object = make<T>();
    link(*object, object);
    if (object.use_count() < 2) return false;
  }
  return gc::collect() == 1;
}

namespace foreign {

/// Another library's type: private members, no trace.
template <class T>
class box {
 public:
  box() = default;
  box(const box&) = delete;
  box& operator=(const box&) = delete;
  ~box() { content_ = T{}; }
  T& content() { return content_; }

 private:
  T content_{};
};

}  // namespace foreign

class has_destructor {
 public:
  ~has_destructor() { ++destroyed; }
  static inline int destroyed = 0;

 private:
  std::string text_;
};

}  // namespace

template <class T>
struct ouro::tracer<foreign::box<T>> {
  static void trace(foreign::box<T>& box, auto&& visit) { visit(box.content()); }
};

template <>
inline constexpr bool ouro::leaf<has_destructor> = true;

static_assert(ouro::leaf<int> && ouro::leaf<int*> && ouro::leaf<std::string> && ouro::leaf<std::vector<std::string>>);
static_assert(ouro::leaf<std::chrono::seconds> && ouro::leaf<std::string_view> && ouro::leaf<std::mutex>);
static_assert(ouro::leaf<std::function<void()>> && ouro::leaf<std::any> && ouro::leaf<std::shared_ptr<int>>);
static_assert(ouro::leaf<has_destructor> && ouro::leaf<ouro::weak<int>> && ouro::leaf<ouro::interned_string>);
static_assert(!ouro::leaf<ptr<int>> && !ouro::leaf<std::vector<ptr<int>>> && !ouro::leaf<foreign::box<ptr<int>>>);
static_assert(ouro::leaf<std::map<std::string, std::optional<std::unique_ptr<int>>>>);

TEST_CASE("trace: sees through members, arrays and nested aggregates") {
  struct member {
    int before = 0;
    ptr<member> edge;
    double behind = 0;
  };
  CHECK(finds_cycle_through<member>([](auto& object, const auto& to) { object.edge = to; }));
  struct array {
    ptr<array> edges[3];
    int matrix[2][2] = {};
    std::array<ptr<array>, 2> more;
  };
  CHECK(finds_cycle_through<array>([](auto& object, const auto& to) {
    object.edges[2] = to;
    object.more[1] = to;
  }));
  struct nested {
    struct part {
      std::string name;
      ptr<nested> edge;
    };
    part first;
    part rest[2];
  };
  CHECK(finds_cycle_through<nested>([](auto& object, const auto& to) {
    object.first.edge = to;
    object.rest[1].edge = to;
  }));
}

TEST_CASE("trace: sees through the standard containers (trap 49)") {
  struct sequences {
    std::vector<ptr<sequences>> vector;
    std::deque<ptr<sequences>> deque;
    std::list<std::vector<ptr<sequences>>> list;
  };
  CHECK(finds_cycle_through<sequences>([](auto& object, const auto& to) {
    object.vector.push_back(to);
    object.deque.push_back(to);
    object.list.push_back({to, nullptr, to});
  }));
  struct tables {
    std::map<std::string, ptr<tables>> map;
    std::unordered_map<int, ptr<tables>> unordered;
    std::set<ptr<tables>> set;
    std::multimap<ptr<tables>, ptr<tables>> both;
  };
  CHECK(finds_cycle_through<tables>([](auto& object, const auto& to) {
    object.map["a"] = to;
    object.unordered[1] = to;
    object.set.insert(to);
    object.both.emplace(to, to);
  }));
  struct adapters {
    std::stack<ptr<adapters>> stack;
    std::queue<ptr<adapters>> queue;
    std::priority_queue<ptr<adapters>> heap;
  };
  CHECK(finds_cycle_through<adapters>([](auto& object, const auto& to) {
    object.stack.push(to);
    object.queue.push(to);
    object.heap.push(to);
  }));
}

TEST_CASE("trace: sees through optional, variant, pair, tuple and unique_ptr, the active part only (trap 50)") {
  struct values {
    std::optional<ptr<values>> maybe;
    std::variant<int, ptr<values>, std::string> one_of;
    std::pair<int, ptr<values>> pair;
    std::tuple<ptr<values>, double, std::vector<ptr<values>>> tuple;
    std::unique_ptr<ptr<values>> owned;
  };
  CHECK(finds_cycle_through<values>([](auto& object, const auto& to) {
    object.maybe = to;
    object.one_of = to;
    object.pair.second = to;
    std::get<0>(object.tuple) = to;
    std::get<2>(object.tuple).push_back(to);
    object.owned = std::make_unique<ptr<values>>(to);
  }));
  CHECK(finds_cycle_through<values>([](auto& object, const auto& to) {
    object.maybe = to;
    object.maybe.reset();
    object.one_of = to;
    object.one_of = std::string{"no edge any more"};
    object.pair.second = to;
  }));
}

TEST_CASE("trace: a foreign type is seen through its tracer, a const member like any other (trap 14)") {
  struct holder {
    foreign::box<ptr<holder>> box;
  };
  CHECK(finds_cycle_through<holder>([](auto& object, const auto& to) { object.box.content() = to; }));
  struct constant {
    ptr<const constant> edge;
  };
  CHECK(finds_cycle_through<constant>([](auto& object, const auto& to) { object.edge = to; }));
}

TEST_CASE("trace: an aggregate of many members is seen to the last of them") {
  struct wide {
    int a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20, a21, a22, a23, a24,
        a25, a26, a27, a28, a29, a30, a31, a32, a33, a34, a35, a36, a37, a38, a39, a40, a41, a42, a43, a44, a45, a46,
        a47, a48, a49, a50, a51, a52, a53, a54, a55, a56, a57, a58, a59, a60, a61, a62, a63;
    ptr<wide> last;
  };
  CHECK(finds_cycle_through<wide>([](auto& object, const auto& to) { object.last = to; }));
}

TEST_CASE("trace: edges in arrays of objects and to arrays of objects count") {
  struct element {
    ptr<element[]> all;
  };
  gc::collect();
  {
    const auto all = make<element[]>(5);
    for (int i = 0; i != 5; ++i) all[i].all = all;
    CHECK(all.use_count() == 6);
  }
  CHECK(gc::collect() == 1);
}

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
struct named : base {
  char bytes[100] = {};
  void trace(auto&&) {}
};
struct points_to_base {
  ptr<base> any;
};

}  // namespace

TEST_CASE("reach: types that cannot reach themselves are found at compile time (invariant 6)") {
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

TEST_CASE("inspect: type_name, size_of, id, is and ref_count tell of the object, not of the pointer") {
  const auto object = make<end_of_line>();
  CHECK(ouro::type_name<int>() == "int");
  CHECK(ouro::type_name<std::pair<int, char>>() == "std::pair<int, char>");
  CHECK(ouro::type_name(object).ends_with("end_of_line"));
  CHECK(ouro::size_of(object) == sizeof(end_of_line) + 8);
  CHECK(ouro::size_of(make<long[]>(10)) == 96);
  const ptr<base> erased = make<named>();
  CHECK(ouro::type_name(erased).ends_with("named"));
  CHECK(ouro::size_of(erased) == sizeof(named) + 8);
  const ptr<void> untyped = object;
  CHECK(ouro::is(object, untyped));
  CHECK(ouro::id(object) == ouro::id(untyped));
  CHECK(ouro::ref_count(object) == 2);
  const ptr<int> null;
  CHECK(ouro::ref_count(null) == 0);
  CHECK(ouro::size_of(null) == 0);
  CHECK(ouro::id(null) == 0);
}

namespace {

struct throws_when_made {
  throws_when_made() = default;
  explicit throws_when_made(int) { throw 1; }
  // Not trivial: std::variant would make it elsewhere first.
  throws_when_made(const throws_when_made&) {}
  throws_when_made& operator=(const throws_when_made&) { return *this; }
};

struct maybe {
  std::variant<ouro::ptr<maybe>, throws_when_made> either;
  ouro::ptr<maybe> next;
};

}  // namespace

TEST_CASE("trace: a variant that an exception has left without a value has no edges (trap 50)") {
  {
    const auto object = ouro::make<maybe>();
    object->next = object;
    object->either = object;
    CHECK(object.use_count() == 3);
    CHECK_THROWS_AS(object->either.emplace<throws_when_made>(1), int);
    REQUIRE(object->either.valueless_by_exception());
    CHECK(object.use_count() == 2);
  }
  CHECK(ouro::gc::collect() == 1);
}

TEST_CASE("leaf: what holds no edges is one without being told") {
  CHECK(static_cast<bool>(ouro::detail::automatic_leaf<int>{}));
  CHECK(static_cast<bool>(ouro::detail::automatic_leaf<std::pair<const int, std::string>>{}));
  CHECK_FALSE(static_cast<bool>(ouro::detail::automatic_leaf<maybe>{}));
}
