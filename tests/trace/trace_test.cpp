#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <stack>
#include <string>
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

}  // namespace

template <class T>
struct ouro::tracer<foreign::box<T>> {
  static void trace(foreign::box<T>& box, auto&& visit) { visit(box.content()); }
};

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

struct throws_when_made {
  throws_when_made() = default;
  explicit throws_when_made(int) { throw 1; }
  // Not trivial: otherwise std::variant would make the value before it destroys the old one.
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

TEST_CASE("trace: a reference to a pointer elsewhere is no edge of the aggregate that has it") {
  struct node {
    ptr<node> own;
    const ptr<node>& other;
  };
  gc::collect();
  const ptr<node> none;
  ptr<node> outside = make<node>(nullptr, none);
  {
    const auto refers = make<node>(nullptr, outside);
    refers->own = refers;
  }
  CHECK(gc::collect() == 1);
  CHECK(outside.use_count() == 1);
}
