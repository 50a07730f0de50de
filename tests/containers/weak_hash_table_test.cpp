// The common behaviour of the weak containers.

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <random>
#include <utility>
#include <vector>

using ouro::make;
using ouro::ptr;

namespace {

struct node {
  ptr<node> next;
  int value = 0;
};

struct owner {
  ouro::weak_key_map<node, ptr<owner>> peers;
  ouro::weak_value_map<ptr<owner>, node> by_owner;
  void trace(auto&& visit) { visit(peers, by_owner); }
};

[[nodiscard]] ptr<node> make_node(int value) { return make<node>(nullptr, value); }

}  // namespace

TEST_CASE("weak_hash_table: iteration meets the entries in the order of insertion, whatever has left or was replaced") {
  std::mt19937 random{7};
  ouro::weak_value_map<int, node> map;
  std::vector<std::pair<int, ptr<node>>> model;  // in the order of insertion
  for (int step = 0; step != 5'000; ++step) {
    const int key = static_cast<int>(random() % 200);
    const auto at = std::ranges::find(model, key, &std::pair<int, ptr<node>>::first);
    // Mostly insertions and mostly deaths by turns, so that the table grows, and closes its gaps up.
    if (random() % 100 < (step / 500 % 2 == 0 ? 90u : 15u)) {
      const auto object = make_node(step);
      map.insert_or_assign(key, object);
      if (at == model.end()) {
        model.emplace_back(key, object);
      } else {
        at->second = object;
      }
    } else if (at != model.end()) {
      model.erase(at);
    }
    std::size_t met = 0;
    for (const auto& [name, object] : map) {
      REQUIRE(met < model.size());
      REQUIRE(name == model[met].first);
      REQUIRE(object == model[met].second);
      ++met;
    }
    REQUIRE(met == model.size());
  }
}

TEST_CASE("weak_hash_table: strong keys and values are traced, so that a cycle through them is collected") {
  const auto outside = make_node(1);
  {
    const auto first = make<owner>();
    const auto second = make<owner>();
    first->peers.insert_or_assign(make_node(2), second);  // which dies, and leaves a gap in front of the other
    first->peers.insert_or_assign(outside, second);
    CHECK(second.use_count() == 2);
    second->by_owner.insert_or_assign(first, outside);
  }
  CHECK(ouro::gc::collect() == 2);
}

TEST_CASE("weak_hash_table: random insertions, erasures, deaths and iterations agree with a model") {
  std::mt19937 random{31};
  ouro::weak_value_map<int, node> map;
  std::map<int, ptr<node>> model;
  for (int step = 0; step != 20'000; ++step) {
    const int key = static_cast<int>(random() % 50);
    switch (random() % 5) {
      case 0:
      case 1: {
        const auto object = make_node(key);
        map.insert_or_assign(key, object);
        model[key] = object;
        break;
      }
      case 2: {
        const std::size_t erased = map.erase(key);
        REQUIRE(erased == model.erase(key));
        break;
      }
      case 3:
        model.erase(key);  // the last pointer
        break;
      default: {
        std::size_t met = 0;
        for (const auto& [name, object] : map) {
          ++met;
          REQUIRE(model.at(name) == object);
          if (name % 7 == 0) model.erase(name);
        }
        REQUIRE(met >= model.size());
      }
    }
    REQUIRE(map.size() == model.size());
    REQUIRE(map.get(key) == (model.contains(key) ? model.at(key) : nullptr));
  }
}

TEST_CASE("weak_hash_table: iterators can be copied and assigned, and entries leave after the last has ended") {
  ouro::weak_set<node> set;
  std::vector<ptr<node>> kept;
  for (int i = 0; i != 4; ++i) {
    kept.push_back(make_node(i));
    set.insert(kept.back());
  }
  auto one = set.begin();
  int met = 0;
  {
    auto two = one;
    CHECK(*two == *one);
    two++;
    CHECK(*two != *one);
    kept.clear();
    CHECK(set.size() == 2);  // one that each is at
    one = two;
    CHECK(*one == *two);
    CHECK(set.size() == 1);
  }
  for (; one != set.end(); ++one) ++met;
  CHECK(met == 1);
  CHECK(set.empty());
}
