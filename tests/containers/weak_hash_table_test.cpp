// The common behaviour of the weak containers.

#include "containers/weakly_held.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <random>
#include <utility>
#include <vector>

using namespace ouro::test::weakly;

namespace {

template <class Memory>
struct owner {
  template <class T>
  using ptr = typename Memory::template ptr<T>;

  ouro::weak_key_map<item<Memory>, ptr<owner>, Memory> peers;
  ouro::weak_value_map<ptr<owner>, item<Memory>, Memory> by_owner;
  void trace(auto&& visit) { visit(peers, by_owner); }
};

}  // namespace

TEST_CASE_TEMPLATE(
    "weak_hash_table: iteration meets the entries in the order of insertion, whatever has left or was replaced", Memory,
    OURO_TEST_WEAK_MEMORIES) {
  std::mt19937 random{7};
  ouro::weak_value_map<int, item<Memory>, Memory> map;
  std::vector<std::pair<int, item_ptr<Memory>>> model;  // in the order of insertion
  for (int step = 0; step != 5'000; ++step) {
    const int key = static_cast<int>(random() % 200);
    const auto at = std::ranges::find(model, key, &std::pair<int, item_ptr<Memory>>::first);
    // Mostly insertions and mostly deaths by turns, so that the table grows, and closes its gaps up.
    if (random() % 100 < (step / 500 % 2 == 0 ? 90u : 15u)) {
      const auto object = make_item<Memory>(step);
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

TEST_CASE_TEMPLATE("weak_hash_table: strong keys and values are traced, so that a cycle through them is collected",
                   Memory, OURO_TEST_WEAK_MEMORIES) {
  const auto outside = make_item<Memory>(1);
  {
    const auto first = Memory::template make<owner<Memory>>();
    const auto second = Memory::template make<owner<Memory>>();
    first->peers.insert_or_assign(make_item<Memory>(2), second);  // which dies, and leaves a gap in front of the other
    first->peers.insert_or_assign(outside, second);
    CHECK(second.use_count() == 2);
    second->by_owner.insert_or_assign(first, outside);
  }
  CHECK(Memory::gc::collect() == 2);
}

TEST_CASE_TEMPLATE("weak_hash_table: random insertions, erasures, deaths and iterations agree with a model", Memory,
                   OURO_TEST_WEAK_MEMORIES) {
  std::mt19937 random{31};
  ouro::weak_value_map<int, item<Memory>, Memory> map;
  std::map<int, item_ptr<Memory>> model;
  for (int step = 0; step != 20'000; ++step) {
    const int key = static_cast<int>(random() % 50);
    switch (random() % 5) {
      case 0:
      case 1: {
        const auto object = make_item<Memory>(key);
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

TEST_CASE_TEMPLATE("weak_hash_table: iterators can be copied and assigned, and entries leave after the last has ended",
                   Memory, OURO_TEST_WEAK_MEMORIES) {
  ouro::weak_set<item<Memory>, Memory> set;
  std::vector<item_ptr<Memory>> kept;
  for (int i = 0; i != 4; ++i) {
    kept.push_back(make_item<Memory>(i));
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
