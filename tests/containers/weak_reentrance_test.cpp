// Keys and values of the weak containers use them in the middle of their operations.

#include "support/gc_settings.hpp"
#include "support/reentrance.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

using namespace ouro::test;
using ouro::make;
using ouro::ptr;

namespace {

/// The objects in the containers.
struct thing {
  int id = 0;
};

template <class Memory>
std::array<typename Memory::template ptr<thing>, 200> things;

template <class Memory>
[[nodiscard]] const auto& thing_of(int id) {
  auto& at = things<Memory>.at(static_cast<std::size_t>(id));
  if (at == nullptr) at = Memory::template make<thing>(id);
  return at;
}

void drop_things() {
  things<ouro::default_memory> = {};
  things<ouro::shared_memory> = {};
}
void drop_thing(std::size_t id) {
  things<ouro::default_memory>[id].reset();
  things<ouro::shared_memory>[id].reset();
}

template <class Memory>
using key_map = ouro::weak_key_map<thing, element, Memory>;
template <class Memory>
using value_map = ouro::weak_value_map<element, thing, Memory, hash_of_element>;
using by_key = key_map<ouro::default_memory>;
using by_value = value_map<ouro::default_memory>;
using shared_by_key = key_map<ouro::shared_memory>;
using shared_by_value = value_map<ouro::shared_memory>;

template <class Map>
inline constexpr bool has_keys_of_program = std::is_same_v<typename Map::key_type, element>;

template <class Memory>
void put(key_map<Memory>& items, int id) {
  items.insert_or_assign(thing_of<Memory>(id), element{id});
}
template <class Memory>
void put(value_map<Memory>& items, int id) {
  items.insert_or_assign(element{id}, thing_of<Memory>(id));
}
template <class Memory>
void set_default(key_map<Memory>& items, int id) {
  static_cast<void>(items.setdefault(thing_of<Memory>(id), element{id}));
}
template <class Memory>
void set_default(value_map<Memory>& items, int id) {
  static_cast<void>(items.setdefault(element{id}, thing_of<Memory>(id)));
}
template <class Memory>
void erase(key_map<Memory>& items, int id) {
  items.erase(thing_of<Memory>(id));
}
template <class Memory>
void erase(value_map<Memory>& items, int id) {
  items.erase(element{id});
}
template <class Memory>
void find(key_map<Memory>& items, int id) {
  if (const auto found = items.find(thing_of<Memory>(id)); found != nullptr) check_intact(*found);
}
template <class Memory>
void find(value_map<Memory>& items, int id) {
  if (const auto found = items.get(element{id}); found != nullptr) CHECK(found->id >= 0);
}

template <class Map>
void fill(Map& items, int from) {
  for (int i = 0; i != 5; ++i) put(items, from + i);
  erase(items, from + 2);
}

template <class Map>
[[nodiscard]] std::vector<step<Map>> operations() {
  using home_type = home<Map>;
  return {
      {"insertion of a new key", [](home_type& at) { put(at.items, 9); }},
      {"assignment to an old key", [](home_type& at) { put(at.items, 1); }},
      {"insertion of many",
       [](home_type& at) {
         for (int i = 20; i != 40 && live_home<Map>() != nullptr; ++i) put(at.items, i);
       }},
      {"setdefault of a new key", [](home_type& at) { set_default(at.items, 9); }},
      {"setdefault of an old key", [](home_type& at) { set_default(at.items, 1); }},
      {"erase", [](home_type& at) { erase(at.items, 3); }},
      {"find", [](home_type& at) { find(at.items, 4); }},
      {"clear", [](home_type& at) { at.items.clear(); }},
      {"death of an object", [](home_type&) { drop_thing(3); }},
      {"death of all objects", [](home_type&) { drop_things(); }},
      {"end of a reading, with what went meanwhile",
       [](home_type& at) {
         const auto reader = at.items.begin();
         drop_thing(3);
         drop_thing(4);
       }},
      ending<Map>(),
  };
}

template <class Map>
[[nodiscard]] std::vector<step<Map>> actions() {
  using home_type = home<Map>;
  return {
      {"nothing", [](home_type&) {}},
      {"clear", [](home_type& at) { at.items.clear(); }},
      {"erase of another", [](home_type& at) { erase(at.items, 1); }},
      {"erase of the same", [](home_type& at) { erase(at.items, 3); }},
      {"insertion of the same", [](home_type& at) { put(at.items, 9); }},
      {"assignment", [](home_type& at) { put(at.items, 1); }},
      {"insertion of many",
       [](home_type& at) {
         for (int i = 50; i != 80; ++i) put(at.items, i);
       }},
      {"deaths", [](home_type&) { drop_things(); }},
      {"iterate",
       [](home_type& at) {
         for (const auto& each : at.items) {
           check_intact(each.first);
           check_intact(each.second);
         }
       }},
      {"collect", [](home_type& at) { collect_around(at); }},
  };
}

/// An iterator that user code has begun must not outlive the container.
template <class Map>
void try_map(std::vector<step<Map>> with, moment at, bool rings = true) {
  CHECK(try_all<Map>([](Map& items, int from) { fill(items, from); }, operations<Map>(), with, at) == rings);
  drop_things();
}

}  // namespace

TEST_CASE_TEMPLATE("weak containers: the destructor of a key or value may do anything to the container", Map, by_key,
                   by_value, shared_by_key, shared_by_value) {
  auto all = actions<Map>();
  all.push_back(ending<Map>());
  try_map<Map>(all, moment::destruction);
}

TEST_CASE_TEMPLATE("weak containers: a move, hash or comparison may do anything to the container but end it", Map,
                   by_key, by_value, shared_by_key, shared_by_value) {
  try_map<Map>(actions<Map>(), moment::move);
  constexpr bool compares = has_keys_of_program<Map>;
  auto all = actions<Map>();
  all.push_back(throwing<Map>());
  try_map<Map>(all, moment::comparison, compares);
  try_map<Map>(all, moment::hash, compares);
}

TEST_CASE_TEMPLATE("weak containers: a collection that begins inside an operation finds the container valid", Map,
                   by_key, by_value, shared_by_key, shared_by_value) {
  const ouro::test::eager_collections<> eager;
  const std::vector<step<Map>> collect{{"collect", &collect_around<Map>}};
  constexpr bool compares = has_keys_of_program<Map>;
  try_map<Map>(collect, moment::destruction);
  try_map<Map>(collect, moment::move);
  try_map<Map>(collect, moment::comparison, compares);
  try_map<Map>(collect, moment::hash, compares);
}

TEST_CASE("weak_value_map: an allocation that changes the map is repeated if it is still needed") {
  struct item {
    int id;
  };
  using map = ouro::weak_value_map<int, item, calling_memory>;
  {
    std::vector<calling_memory::ptr<item>> kept;
    for (int i = 0; i != 60; ++i) kept.push_back(calling_memory::make<item>(i));
    map grown;
    const auto put = [&](int id) { grown.insert_or_assign(id, kept[static_cast<std::size_t>(id)]); };
    for (int i = 0; i != 5; ++i) put(i);
    // The allocations of the entry, the index and the nodes.
    for (int which = 0; which != 3; ++which) {
      int left = which;
      std::function<void()> at_next = [&] {
        if (left-- == 0) {
          for (int i = 10; i != 50; ++i) put(i);
          put(5);
        } else {
          calling_allocator::action = at_next;
        }
      };
      calling_allocator::action = at_next;
      put(5);
      CHECK(grown.size() == 46);
      for (int i = 0; i != 6; ++i) CHECK(grown.get(i) == kept[static_cast<std::size_t>(i)]);
      CHECK(grown.get(49) == kept[49]);
      calling_allocator::action = nullptr;
      grown.clear();
      for (int i = 0; i != 5; ++i) put(i);
    }
  }
  CHECK(calling_allocator::blocks == 0);
}

TEST_CASE("weak_value_map: a comparison may use up the room that was made for a new key") {
  struct item {
    int id;
  };
  using crowded = ouro::weak_value_map<int, item, calling_memory, one_hash, calling_equal>;
  std::vector<calling_memory::ptr<item>> kept;
  for (int i = 0; i != 30; ++i) kept.push_back(calling_memory::make<item>(i));
  const auto object = [&](int id) { return kept[static_cast<std::size_t>(id)]; };
  const std::size_t before = calling_allocator::bytes;
  for (int comparison = 0; comparison != 12; ++comparison) {
    for (int more = 0; more != 12; ++more) {
      INFO("at comparison " << comparison << " " << more << " more");
      std::size_t bytes = 0;
      int called = 0;
      {
        crowded items;
        for (int i = 0; i != 5; ++i) items.insert_or_assign(i, object(i));  // which leaves no room
        calling_equal::call_at(comparison, [&] {
          for (int i = 0; i != more; ++i) items.insert_or_assign(10 + i, object(10 + i));
        });
        items.insert_or_assign(5, object(5));
        called = calling_equal::never_again() ? more : 0;
        CHECK(items.size() == static_cast<std::size_t>(6 + called));
        for (int i = 0; i != 6; ++i) CHECK(items.get(i) == object(i));
        for (int i = 0; i != called; ++i) CHECK(items.get(10 + i) == object(10 + i));
        bytes = calling_allocator::bytes - before;
      }
      crowded plain;
      for (int i = 0; i != 6 + called; ++i) plain.insert_or_assign(i, object(i));
      CHECK(bytes == calling_allocator::bytes - before);
    }
  }
}

TEST_CASE_TEMPLATE("weak_key_map: an entry that a destructor inserts into a dying map is destroyed with it", Map,
                   by_key, shared_by_key) {
  {
    Map items;
    put(items, 1);
    bell::action = [&items] { put(items, 2); };
    bell::left = 1;
    bell::rings_at = moment::destruction;
  }
  bell::rings_at = moment::never;
  CHECK(bell::left == 0);
  CHECK(bell::alive == 0);
  drop_things();
}

TEST_CASE("weak_value_map: in an iteration, size() counts live objects and not those that wait for destruction") {
  ouro::weak_value_map<int, thing> items;
  auto waiting = make<thing>(1);
  items.insert_or_assign(1, waiting);
  for (int i = 2; i != 6; ++i) items.insert_or_assign(i, thing_of<ouro::default_memory>(i));
  {
    const auto reader = items.begin();
    CHECK(items.erase(3) == 1);  // its place stays
    const auto held = std::exchange(waiting, nullptr);
    drop_thing(4);
    const ouro::gc::deferred_drops deferred;
    drop_thing(5);
    CHECK(items.size() == 2);
  }
  CHECK(items.size() == 1);
  drop_things();
}

TEST_CASE("weak_value_map: an entry whose object is being destroyed is neither counted nor met") {
  struct counting {
    ouro::weak_value_map<int, counting>* map;
    std::size_t* seen;
    ~counting() { *seen = map->size(); }
  };
  std::size_t seen = 99;
  ouro::weak_value_map<int, counting> map;
  auto one = make<counting>(&map, &seen);
  std::size_t other_seen = 99;
  const auto two = make<counting>(&map, &other_seen);
  map.insert_or_assign(1, one);
  map.insert_or_assign(2, two);
  CHECK(map.size() == 2);
  one.reset();
  CHECK(seen == 1);
  CHECK(map.size() == 1);
}

TEST_CASE("weak_value_map: an entry whose object waits for its destruction is not counted") {
  ouro::weak_value_map<int, thing> map;
  auto one = make<thing>(1);
  map.insert_or_assign(1, one);
  {
    const ouro::gc::deferred_drops deferred;
    one.reset();
    CHECK(map.size() == 0);
    CHECK(map.empty());
    CHECK(map.get(1) == nullptr);
  }
  CHECK(map.empty());
}

TEST_CASE("weak_key_map: a value that is destroyed at the end of an iteration may end the map") {
  struct ending_map {
    std::unique_ptr<ouro::weak_key_map<thing, std::shared_ptr<ending_map>>>* map;
    ~ending_map() { map->reset(); }
  };
  using map = ouro::weak_key_map<thing, std::shared_ptr<ending_map>>;
  auto notes = std::make_unique<map>();
  const auto key = make<thing>(1);
  const auto other = make<thing>(2);
  notes->insert_or_assign(key, std::make_shared<ending_map>(&notes));
  notes->insert_or_assign(other, nullptr);
  {
    const auto reader = notes->begin();
    notes->erase(key);
    notes->erase(other);
  }
  CHECK(notes == nullptr);
}

namespace {

/// Its destructor calls a function.
struct farewell {
  explicit farewell(std::function<void()> said) : says{std::move(said)} {}
  farewell(const farewell&) = delete;
  farewell& operator=(const farewell&) = delete;
  ~farewell() {
    if (says) says();
  }

  std::function<void()> says;
};

}  // namespace

template <>
inline constexpr bool ouro::leaf<farewell> = true;

TEST_CASE("weak containers: iteration does not meet an object that the destructor of the one before it has removed") {
  ouro::weak_set<farewell> objects;
  auto last = ouro::make<farewell>(nullptr);
  auto first = ouro::make<farewell>([&] { objects.erase(last); });
  objects.insert(first);
  objects.insert(last);
  std::size_t shown = 0;
  for (const auto& each : objects) {
    ++shown;
    CHECK(objects.contains(each));
    first.reset();  // the iterator keeps it until it goes on
  }
  CHECK(shown == 1);
  CHECK(objects.empty());
}

TEST_CASE("weak containers: iteration meets an object that the destructor of the one before it has inserted") {
  ouro::weak_value_map<int, farewell> objects;
  const auto other = ouro::make<farewell>(nullptr);
  const auto last = ouro::make<farewell>(nullptr);
  auto first = ouro::make<farewell>([&] { objects.insert_or_assign(2, other); });
  objects.insert_or_assign(1, first);
  objects.insert_or_assign(2, last);
  for (const auto& [key, object] : objects) {
    CHECK(objects.get(key) == object);
    first.reset();
  }
}
