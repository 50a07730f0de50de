// What CPython 3.11 shares and copies of tuples has been looked up by running it.

#include "copy/noted.hpp"
#include "support/counted.hpp"
#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

using ouro::copy;
using ouro::deepcopy;
using ouro::frozen_list;
using ouro::make;
using ouro::ptr;
using ouro::weak;
using ouro::test::counted;
using ouro::test::noted;

namespace {

struct node : counted<node> {
  static inline int copies_until_throw = -1;

  explicit node(int number = 0) : value{number} {}
  node(const node& from) : counted<node>{from}, value{from.value}, left{from.left}, right{from.right}, more{from.more} {
    if (copies_until_throw == 0) throw std::runtime_error{"no more copies"};
    if (copies_until_throw > 0) --copies_until_throw;
  }
  void trace(auto&& visit) { visit(left, right, more); }

  int value;
  ptr<node> left;
  ptr<node> right;
  std::vector<ptr<node>> more;
};

struct holder {
  ptr<node> plain;
  std::unique_ptr<int> none;
  std::array<ptr<node>, 2> array;
  std::optional<ptr<node>> optional;
  std::variant<int, ptr<node>> variant;
  std::pair<int, ptr<node>> pair;
  std::map<std::string, ptr<node>> by_name;
  std::set<ptr<node>> set;
  std::unordered_set<ptr<node>> hashed;
  std::unordered_map<ptr<node>, ptr<node>> both;
  weak<node> watched;
  ptr<const std::string> text;
  ouro::interned_string name;

  holder() = default;
  holder(const holder& from)
      : plain{from.plain},
        array{from.array},
        optional{from.optional},
        variant{from.variant},
        pair{from.pair},
        by_name{from.by_name},
        set{from.set},
        hashed{from.hashed},
        both{from.both},
        watched{from.watched},
        text{from.text},
        name{from.name} {}
  holder& operator=(const holder&) = delete;
  void trace(auto&& visit) { visit(plain, array, optional, variant, pair, by_name, set, hashed, both); }
};

}  // namespace

TEST_CASE("copied_edges: edges in all kinds of members lead to the one copy, and sets find their elements") {
  {
    const auto one = make<node>(1);
    const auto root = make<holder>();
    root->plain = one;
    root->array = {one, nullptr};
    root->optional = one;
    root->variant = one;
    root->pair = {3, one};
    root->by_name = {{"one", one}};
    root->set = {one, make<node>(2), make<node>(3)};
    root->hashed = {one};
    root->both = {{one, one}};
    root->watched = one;
    root->text = make<const std::string>("text");
    root->name = ouro::interned_string{"a name that is no short one"};
    const auto made = deepcopy(root);
    const auto& other = made->plain;
    REQUIRE(other != one);
    CHECK(other->value == 1);
    CHECK(made->array[0] == other);
    CHECK(made->array[1] == nullptr);
    CHECK(made->optional == other);
    CHECK(std::get<1>(made->variant) == other);
    CHECK(made->pair == std::pair{3, other});
    CHECK(made->by_name.at("one") == other);
    CHECK(made->set.size() == 3);
    CHECK(made->set.contains(other));
    CHECK(std::ranges::is_sorted(made->set));
    CHECK(made->hashed.contains(other));
    CHECK(made->both.at(other) == other);
    // Weak pointers are copied as they are, immutable objects are shared.
    CHECK(made->watched.lock() == one);
    CHECK(made->text == root->text);
    CHECK(ouro::is(made->name, root->name));
    CHECK(one.use_count() == 11);
    CHECK(other.use_count() == 10);
  }
  ouro::gc::collect();
  CHECK(node::alive == 0);
}

namespace {

using pair_tuple = ouro::tuple<ptr<const std::string>, ouro::tuple<int, ptr<const std::string>>>;

struct tuple_holder {
  pair_tuple immutable;
  ouro::tuple<ptr<noted>, int> mutable_inside;
  ouro::tuple<int, std::string> plain;
  frozen_list<pair_tuple> many;
  frozen_list<ptr<noted>> nodes;
  frozen_list<int> none;
};

}  // namespace

TEST_CASE("copied_edges: a tuple or frozen list that leads to immutable objects only is shared, as in CPython") {
  const auto text = make<const std::string>("text");
  const auto node = make<noted>('n');
  const pair_tuple shared{text, ouro::tuple<int, ptr<const std::string>>{1, text}};
  const auto original =
      make<tuple_holder>(shared, ouro::make_tuple(node, 1), ouro::make_tuple(1, std::string{"one"}),
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

TEST_CASE("copied_edges: a tuple or frozen list can be the original of a copy itself") {
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

struct part_tuple_holder {
  static inline int alive = 0;
  part_tuple_holder() { ++alive; }
  part_tuple_holder(const part_tuple_holder& from)
      : number{from.number}, inside{from.inside}, outside{from.outside}, nothing{from.nothing} {
    ++alive;
  }
  part_tuple_holder& operator=(const part_tuple_holder&) = delete;
  ~part_tuple_holder() { --alive; }
  void trace(auto&& visit) { visit(inside, outside, nothing); }

  int number = 1;
  ouro::managed_alias<int> inside;
  ouro::managed_alias<const int> outside;
  ouro::managed_alias<int> nothing;
};

constexpr int somewhere_else = 5;

}  // namespace

template <>
inline constexpr bool ouro::clonable<part_tuple_holder> = true;

TEST_CASE("copied_edges: an alias points to the part of the copy, and one of an outside object stays as it is") {
  ouro::managed_alias<int> kept;
  {
    const auto original = make<part_tuple_holder>();
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
  CHECK(part_tuple_holder::alive == 1);
  CHECK(*kept == 1);
  kept.reset();
  CHECK(part_tuple_holder::alive == 0);
}

namespace {

struct queue_holder {
  std::priority_queue<ptr<noted>, std::vector<ptr<noted>>, std::less<>> by_address;
  std::queue<ptr<noted>> in_turn;
  std::multiset<ptr<noted>> sorted;
};

}  // namespace

TEST_CASE("copied_edges: a priority queue of copies is in order") {
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
