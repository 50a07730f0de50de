#include "containers/weakly_held.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

using ouro::make;
using ouro::ptr;
using namespace ouro::test::weakly;

namespace {

struct node {
  ptr<node> next;
  int value = 0;
};

[[nodiscard]] ptr<node> make_node(int value) { return make<node>(nullptr, value); }

template <class Map>
[[nodiscard]] std::vector<int> values_of(const Map& map) {
  std::vector<int> values;
  for (const auto& [key, object] : map) values.push_back(object->value);
  std::ranges::sort(values);
  return values;
}

}  // namespace

TEST_CASE_TEMPLATE("weak_value_map: an entry leaves when its object dies, and its key is destroyed", Memory,
                   OURO_TEST_WEAK_MEMORIES) {
  ouro::weak_value_map<std::shared_ptr<std::string>, item<Memory>, Memory> map;
  const auto key = std::make_shared<std::string>("one");
  auto object = make_item<Memory>(1);
  map.insert_or_assign(key, object);
  CHECK(map.size() == 1);
  CHECK(map.get(key) == object);
  CHECK(object.use_count() == 1);
  CHECK(key.use_count() == 2);
  object.reset();
  CHECK(map.empty());
  CHECK_FALSE(map.contains(key));
  CHECK(map.get(key) == nullptr);
  CHECK(key.use_count() == 1);
}

TEST_CASE_TEMPLATE("weak_value_map: setdefault, pop, erase and assignment do what those of Python do", Memory,
                   OURO_TEST_WEAK_MEMORIES) {
  ouro::weak_value_map<std::string, item<Memory>, Memory> map;
  const auto one = make_item<Memory>(1);
  const auto two = make_item<Memory>(2);
  CHECK(map.setdefault("a", one) == one);
  CHECK(map.setdefault("a", two) == one);
  map.insert_or_assign("a", two);
  CHECK(map.get("a") == two);
  CHECK(map.size() == 1);
  CHECK(map.pop("a") == two);
  CHECK(map.pop("a") == nullptr);
  map.insert_or_assign("b", one);
  CHECK(map.erase("b") == 1);
  CHECK(map.erase("b") == 0);
  CHECK(one.use_count() == 1);
}

TEST_CASE_TEMPLATE("weak_value_map: the death of a replaced object does not erase the new entry", Memory,
                   OURO_TEST_WEAK_MEMORIES) {
  ouro::weak_value_map<std::string, item<Memory>, Memory> map;
  auto old = make_item<Memory>(1);
  const auto now = make_item<Memory>(2);
  map.insert_or_assign("a", old);
  map.insert_or_assign("a", now);
  old.reset();
  CHECK(map.get("a") == now);
}

TEST_CASE_TEMPLATE("weak_value_map: entries of collected garbage leave", Memory, OURO_TEST_WEAK_MEMORIES) {
  ouro::weak_value_map<int, item<Memory>, Memory> map;
  {
    const auto ring = make_item<Memory>(1);
    ring->next = make_item<Memory>(2);
    ring->next->next = ring;
    map.insert_or_assign(1, ring);
    map.insert_or_assign(2, ring->next);
  }
  CHECK(map.size() == 2);
  CHECK(Memory::gc::collect() == 2);
  CHECK(map.empty());
}

TEST_CASE_TEMPLATE(
    "weak_value_map: entries of objects that die in an iteration are hidden, and leave after it (trap 31)", Memory,
    OURO_TEST_WEAK_MEMORIES) {
  ouro::weak_value_map<int, item<Memory>, Memory> map;
  std::vector<item_ptr<Memory>> kept;
  for (int i = 0; i != 10; ++i) {
    kept.push_back(make_item<Memory>(i));
    map.insert_or_assign(i, kept.back());
  }
  int met = 0;
  {
    auto at = map.begin();
    kept.clear();  // the one that the iterator is at lives on
    CHECK(map.size() == 1);
    for (; at != map.end(); ++at) {
      CHECK((*at).second.use_count() == 2);
      ++met;
    }
  }
  CHECK(met == 1);
  CHECK(map.empty());
}

TEST_CASE_TEMPLATE("weak_value_map: insertions and erasures in an iteration move no entry (trap 31)", Memory,
                   OURO_TEST_WEAK_MEMORIES) {
  ouro::weak_value_map<int, item<Memory>, Memory> map;
  std::vector<item_ptr<Memory>> kept;
  const auto put = [&](int i) {
    kept.push_back(make_item<Memory>(i));
    map.insert_or_assign(i, kept.back());
  };
  for (int i = 0; i != 8; ++i) put(i);
  std::vector<int> met;
  int next = 100;
  for (const auto& [key, object] : map) {
    REQUIRE(key < 100);  // what comes later is for the next reader
    met.push_back(key);
    map.erase(key);
    map.erase((key + 1) % 8);
    for (int i = 0; i != 50; ++i) put(next++);
  }
  CHECK(met.size() >= 4);
  CHECK(map.size() == met.size() * 50);
  CHECK(values_of(map).front() == 100);
}

TEST_CASE_TEMPLATE("weak_value_map: the destructor of a key may use the map", Memory, OURO_TEST_WEAK_MEMORIES) {
  struct returning {
    ouro::weak_value_map<int, item<Memory>, Memory>* map;
    ~returning() {
      if (map != nullptr) map->clear();
    }
  };
  ouro::weak_value_map<int, item<Memory>, Memory> other;
  const auto stays = make_item<Memory>(7);
  other.insert_or_assign(1, stays);
  ouro::weak_key_map<item<Memory>, std::unique_ptr<returning>, Memory> notes;
  auto object = make_item<Memory>(1);
  notes.insert_or_assign(object, std::make_unique<returning>(&other));
  object.reset();
  CHECK(notes.empty());
  CHECK(other.empty());
}

TEST_CASE_TEMPLATE("weak_value_map: keys of equal hash are different keys", Memory, OURO_TEST_WEAK_MEMORIES) {
  struct same_hash {
    std::size_t operator()(int) const noexcept { return 7; }
  };
  ouro::weak_value_map<int, item<Memory>, Memory, same_hash> map;
  std::vector<item_ptr<Memory>> kept;
  for (int i = 0; i != 100; ++i) {
    kept.push_back(make_item<Memory>(i));
    map.insert_or_assign(i, kept.back());
  }
  kept.erase(kept.begin() + 10, kept.begin() + 80);
  CHECK(map.size() == 30);
  for (const auto& each : kept) CHECK(map.get(each->value) == each);
  CHECK_FALSE(map.contains(10));
}

TEST_CASE("weak_value_map: the oldest entry leaves in one step, as from a queue") {
  constexpr int n = 100'000;
  ouro::weak_value_map<int, node> of;
  std::vector<ptr<node>> held;
  for (int i = 0; i != n; ++i) {
    held.push_back(make_node(i));
    of.insert_or_assign(i, held.back());
  }
  int wrong = 0;
  for (int i = 0; i != n; ++i) {
    const int front = [&] {
      const auto first = of.begin();
      const int key = (*first).first;
      if (i % 2 == 0) of.erase(key);  // while it is read
      return key;
    }();
    if (i % 2 != 0) of.erase(front);
    wrong += front != i;
  }
  CHECK(wrong == 0);
  CHECK(of.empty());
}
