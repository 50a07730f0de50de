#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <queue>
#include <set>
#include <string>
#include <utility>
#include <vector>

using ouro::copy;
using ouro::deepcopy;
using ouro::frozen_list;
using ouro::make;
using ouro::ptr;
using ouro::test::counted;

// What CPython 3.11 does in each of these cases has been looked up by running it.

namespace {

/// Notes the order in which copies are made.
struct noted : counted<noted> {
  static inline std::string log;

  explicit noted(char called = '?') : name{called} {}
  noted(const noted& from) : counted<noted>{from}, name{from.name}, x{from.x}, y{from.y} { log += name; }
  void trace(auto&& visit) { visit(x, y); }

  char name;
  ptr<noted> x;
  ptr<noted> y;
};

struct graph {
  ptr<noted> a = make<noted>('a');
  ptr<noted> b = make<noted>('b');
  ptr<noted> c = make<noted>('c');
  ptr<noted> d = make<noted>('d');
};

}  // namespace

TEST_CASE("deepcopy: copies are made depth first, in the order of the edges") {
  graph of;
  of.a->x = of.b;
  of.a->y = of.c;
  of.b->x = of.d;
  noted::log.clear();
  const auto made = deepcopy(of.a);
  CHECK(noted::log == "abdc");
  CHECK(made->x->x->name == 'd');
  of.c->x = of.d;
  of.d->y = of.a;
  noted::log.clear();
  const auto ring = deepcopy(of.a);
  CHECK(noted::log == "abdc");
  CHECK(ring->x->x == ring->y->x);
  CHECK(ring->x->x->y == ring);
  of.d->y = nullptr;
  ring->x->x->y = nullptr;
}

namespace {

struct looker;
struct pair_of {
  ptr<noted> first;
  ptr<looker> second;
};
/// Its copy knows what it saw of the copy of the pair.
struct looker {
  explicit looker(ptr<pair_of> whole, std::string text = {}) : pair{std::move(whole)}, seen{std::move(text)} {}
  looker(const looker&) = delete;
  looker& operator=(const looker&) = delete;
  ~looker() = default;
  [[nodiscard]] ptr<looker> shallow_copy() const { return nullptr; }
  template <class Memo>
  [[nodiscard]] ptr<looker> deep_copy(Memo& memo) const {
    const auto pair_copy = memo.copy_of(pair);
    const auto other = memo.copy_of(extra);
    std::string text;
    text += pair_copy != pair ? "other pair, " : "same pair, ";
    text += noted::log;
    if (other) text += other->x == extra->x ? ", half" : ", whole";
    return make<looker>(pair_copy, text);
  }
  void trace(auto&& visit) { visit(pair, extra); }

  ptr<pair_of> pair;
  ptr<noted> extra;
  std::string seen;
};

}  // namespace

TEST_CASE("deepcopy: a deep_copy finds what comes before it copied, and gets whole copies of what it asks for") {
  graph of;
  of.a->x = of.b;
  of.c->x = of.d;
  const auto pair = make<pair_of>(of.a, nullptr);
  pair->second = make<looker>(pair);
  pair->second->extra = of.c;
  noted::log.clear();
  const auto made = deepcopy(pair);
  CHECK(made->second->seen == "other pair, abcd, whole");
  CHECK(made->second->pair == made);
  CHECK(noted::log == "abcd");
  pair->second->pair = nullptr;
  made->second->pair = nullptr;
}

namespace {

using pair_tuple = ouro::tuple<ptr<const std::string>, ouro::tuple<int, ptr<const std::string>>>;

struct holder {
  pair_tuple immutable;
  ouro::tuple<ptr<noted>, int> mutable_inside;
  ouro::tuple<int, std::string> plain;
  frozen_list<pair_tuple> many;
  frozen_list<ptr<noted>> nodes;
  frozen_list<int> none;
};

}  // namespace

TEST_CASE("deepcopy: a tuple or frozen list that leads to immutables alone is shared, as in CPython") {
  const auto text = make<const std::string>("text");
  const auto node = make<noted>('n');
  const pair_tuple shared{text, ouro::tuple<int, ptr<const std::string>>{1, text}};
  const auto original = make<holder>(shared, ouro::make_tuple(node, 1), ouro::make_tuple(1, std::string{"one"}),
                                     frozen_list<pair_tuple>{shared, shared}, frozen_list<ptr<noted>>{node, node});
  const long tuples = shared.block().use_count();
  const auto made = deepcopy(original);
  CHECK(made->immutable.is(original->immutable));
  CHECK(made->plain.is(original->plain));
  CHECK(made->many.is(original->many));
  CHECK_FALSE(made->mutable_inside.is(original->mutable_inside));
  CHECK_FALSE(made->nodes.is(original->nodes));
  const auto node_copy = ouro::get<0>(made->mutable_inside);
  CHECK(node_copy != node);
  CHECK(made->nodes[0] == node_copy);
  CHECK(made->nodes[1] == node_copy);
  CHECK(shared.block().use_count() == tuples + 1);
  CHECK(original->mutable_inside.block().use_count() == 1);
  CHECK(made->mutable_inside.block().use_count() == 1);
  CHECK(node.use_count() == 4);
  CHECK(node_copy.use_count() == 4);
}

TEST_CASE("copy, deepcopy: a tuple or frozen list itself") {
  const auto node = make<noted>('n');
  const auto mixed = ouro::make_tuple(node, 1);
  const auto numbers = ouro::make_tuple(1, 2);
  const frozen_list<ptr<noted>> nodes{node};
  CHECK(copy(mixed).is(mixed));
  CHECK(copy(nodes).is(nodes));
  CHECK(deepcopy(numbers).is(numbers));
  const auto other = deepcopy(mixed);
  CHECK_FALSE(other.is(mixed));
  CHECK(ouro::get<0>(other) != node);
  CHECK(ouro::get<1>(other) == 1);
  CHECK(deepcopy(nodes)[0] != node);
  CHECK(deepcopy(frozen_list<ptr<noted>>{}).empty());
}

namespace {

struct list_node {
  std::vector<ouro::tuple<ptr<list_node>>> items;
  ouro::tuple<ptr<list_node>> extra;
};

}  // namespace

TEST_CASE("deepcopy: a tuple that contains itself through a list is copied once, and contains its copy (trap 75)") {
  {
    const auto list = make<list_node>();
    const ouro::tuple<ptr<list_node>> around{list};
    list->items = {around, around};
    const auto copied = deepcopy(around);
    CHECK_FALSE(copied.is(around));
    const auto inner = ouro::get<0>(copied);
    CHECK(inner != list);
    CHECK(inner->items[0].is(copied));
    CHECK(inner->items[1].is(copied));
    CHECK(copied.block().use_count() == 3);
    list->items.clear();
    inner->items.clear();
  }
  CHECK(ouro::gc::collect() == 0);
}

namespace {

struct part_holder : counted<part_holder> {
  void trace(auto&& visit) { visit(inside, outside, nothing); }

  int number = 1;
  ouro::managed_alias<int> inside;
  ouro::managed_alias<const int> outside;
  ouro::managed_alias<int> nothing;
};

constexpr int somewhere_else = 5;

}  // namespace

template <>
inline constexpr bool ouro::clonable<part_holder> = true;

TEST_CASE("deepcopy: an alias points to the part of the copy, and of something outside it stays as it is") {
  ouro::managed_alias<int> kept;
  {
    const auto original = make<part_holder>();
    original->inside = {original, &original->number};
    original->outside = {original, &somewhere_else};
    original->nothing = {original, nullptr};
    const auto made = deepcopy(original);
    REQUIRE(made != original);
    CHECK(made->inside.get() == &made->number);
    CHECK(made->inside.owner() == made);
    CHECK(made->outside.get() == &somewhere_else);
    CHECK(made->outside.owner() == original);
    CHECK(made->nothing.get() == nullptr);
    CHECK(made->nothing.owner() == made);
    CHECK(made.use_count() == 3);
    CHECK(original.use_count() == 5);
    kept = made->inside;
    original->inside.reset();
    original->outside.reset();
    original->nothing.reset();
    made->inside.reset();
    made->outside.reset();
    made->nothing.reset();
  }
  CHECK(part_holder::alive == 1);
  CHECK(*kept == 1);
  kept.reset();
  CHECK(part_holder::alive == 0);
}

namespace {

struct queue_holder {
  std::priority_queue<ptr<noted>, std::vector<ptr<noted>>, std::less<>> by_address;
  std::queue<ptr<noted>> in_turn;
  std::multiset<ptr<noted>> sorted;
};

}  // namespace

TEST_CASE("deepcopy: a priority queue is in order again") {
  const auto original = make<queue_holder>();
  std::vector<ptr<noted>> all;
  for (int i = 0; i != 40; ++i) all.push_back(make<noted>(static_cast<char>('a' + i % 26)));
  for (std::size_t i = 0; i != all.size(); ++i) original->by_address.push(all[i * 7 % all.size()]);
  original->in_turn.push(all[3]);
  original->sorted.insert(all[3]);
  const auto made = deepcopy(original);
  CHECK(made->by_address.size() == 40);
  CHECK(made->in_turn.front() == *made->sorted.begin());
  CHECK(made->in_turn.front() != all[3]);
  ptr<noted> before = made->by_address.top();
  std::size_t wrong = 0;
  for (; !made->by_address.empty(); made->by_address.pop()) {
    const ptr<noted> next = made->by_address.top();
    if (before < next) ++wrong;
    before = next;
  }
  CHECK(wrong == 0);
}

TEST_CASE("deepcopy: a memo that is used again knows what it has copied") {
  graph of;
  of.a->x = of.c;
  of.b->x = of.c;
  ouro::deepcopy_memo<ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator> memo;
  const auto a = memo.copy_of(of.a);
  const auto b = memo.copy_of(of.b);
  CHECK(a->x == b->x);
  CHECK(a->x != of.c);
  CHECK(memo.copy_of(of.a) == a);
}
