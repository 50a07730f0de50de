// Keys and values of a dict use the dict in the middle of its operations.

#include "support/gc_settings.hpp"
#include "support/reentrance.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

using namespace ouro::test;
using ouro::make;
using ouro::ptr;

namespace {

using by_number = ouro::dict<int, element>;
using by_number_throwing = ouro::dict<int, throwing_element>;
using to_pointer = ouro::dict<int, ptr<pointee>>;
using by_element = ouro::dict<element, int, ouro::default_memory, hash_of_element>;
using by_pointer = ouro::dict<ptr<pointee>, int, ouro::default_memory, hash_of_element, equal_elements>;
using of_elements = ouro::dict<element, throwing_element, ouro::default_memory, hash_of_element>;

template <class Dict>
[[nodiscard]] typename Dict::key_type key(int id) {
  return made<typename Dict::key_type>(id);
}

template <class Dict>
[[nodiscard]] typename Dict::mapped_type value(int id) {
  return made<typename Dict::mapped_type>(id);
}

template <class Dict>
void fill_dict(Dict& items, int from) {
  for (int i = 0; i != 6; ++i) items.insert_or_assign(key<Dict>(from + i), value<Dict>(from + i));
  items.erase(key<Dict>(from + 2));
}

template <class Dict>
[[nodiscard]] std::vector<step<Dict>> dict_operations() {
  using home_type = home<Dict>;
  return {
      {"insert_or_assign of a new key", [](home_type& at) { at.items.insert_or_assign(key<Dict>(9), value<Dict>(9)); }},
      {"insert_or_assign of an old key",
       [](home_type& at) { at.items.insert_or_assign(key<Dict>(1), value<Dict>(9)); }},
      {"try_emplace of a new key", [](home_type& at) { at.items.try_emplace(key<Dict>(9), value<Dict>(9)); }},
      {"try_emplace of an old key", [](home_type& at) { at.items.try_emplace(key<Dict>(3), value<Dict>(9)); }},
      {"insert of many",
       [](home_type& at) {
         for (int i = 20; i != 30 && live_home<Dict>() != nullptr; ++i) at.items.insert({key<Dict>(i), value<Dict>(i)});
       }},
      {"erase of a key", [](home_type& at) { at.items.erase(key<Dict>(3)); }},
      {"erase of the first", [](home_type& at) { at.items.erase(at.items.begin()); }},
      {"erase of the last", [](home_type& at) { at.items.erase(--at.items.end()); }},
      {"erase of one in the middle", [](home_type& at) { at.items.erase(++at.items.begin()); }},
      {"popitem", [](home_type& at) { at.items.popitem(); }},
      {"find", [](home_type& at) { static_cast<void>(at.items.find(key<Dict>(4)) == at.items.end()); }},
      {"contains", [](home_type& at) { static_cast<void>(at.items.contains(key<Dict>(7))); }},
      {"get", [](home_type& at) { static_cast<void>(at.items.get(key<Dict>(4), value<Dict>(0))); }},
      {"reserve", [](home_type& at) { at.items.reserve(100); }},
      {"clear", [](home_type& at) { at.items.clear(); }},
      {"copy from", [](home_type& at) { const Dict copy{at.items}; }},
      {"copy to", [](home_type& at) { at.items = at.other; }},
      {"move from", [](home_type& at) { const Dict moved{std::move(at.items)}; }},
      {"move to", [](home_type& at) { at.items = std::move(at.other); }},
      {"swap", [](home_type& at) { at.items.swap(at.other); }},
      {"compare", [](home_type& at) { static_cast<void>(at.items == at.other); }},
      {"compare with itself", [](home_type& at) { static_cast<void>(at.items == at.items); }},
      {"rekey", [](home_type& at) { at.items.rekey([](auto&) {}); }},
      ending<Dict>(),
  };
}

template <class Dict>
[[nodiscard]] std::vector<step<Dict>> dict_actions() {
  using home_type = home<Dict>;
  return {
      {"nothing", [](home_type&) {}},
      {"clear", [](home_type& at) { at.items.clear(); }},
      {"erase of the first",
       [](home_type& at) {
         if (!at.items.empty()) at.items.erase(at.items.begin());
       }},
      {"erase of a key", [](home_type& at) { at.items.erase(key<Dict>(4)); }},
      {"popitem",
       [](home_type& at) {
         if (!at.items.empty()) at.items.popitem();
       }},
      {"insertion of that key", [](home_type& at) { at.items.insert_or_assign(key<Dict>(9), value<Dict>(8)); }},
      {"assignment to an old key", [](home_type& at) { at.items.insert_or_assign(key<Dict>(1), value<Dict>(8)); }},
      {"insertion of many",
       [](home_type& at) {
         for (int i = 40; i != 60; ++i) at.items.try_emplace(key<Dict>(i), value<Dict>(i));
       }},
      {"reserve", [](home_type& at) { at.items.reserve(200); }},
      {"assign", [](home_type& at) { at.items = at.other; }},
      {"assign itself", [](home_type& at) { at.items = Dict{at.items}; }},
      {"move to", [](home_type& at) { at.items = std::move(at.other); }},
      {"move from", [](home_type& at) { at.other = std::move(at.items); }},
      {"swap", [](home_type& at) { at.items.swap(at.other); }},
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

template <class Dict>
bool try_dict(const std::vector<step<Dict>>& actions, moment at) {
  return try_all<Dict>(&fill_dict<Dict>, dict_operations<Dict>(), actions, at);
}

}  // namespace

TEST_CASE_TEMPLATE("dict: the destructor of an element may do anything to the dict", Dict, to_pointer, by_number,
                   by_element, by_pointer, of_elements) {
  auto actions = dict_actions<Dict>();
  actions.push_back(ending<Dict>());
  CHECK(try_dict<Dict>(actions, moment::destruction));
}

TEST_CASE_TEMPLATE("dict: the move or copy of an element may do anything to the dict but end it", Dict, by_number,
                   by_number_throwing, by_element, of_elements) {
  auto actions = dict_actions<Dict>();
  if (std::is_same_v<Dict, by_number_throwing>) actions.push_back(throwing<Dict>());
  CHECK(try_dict<Dict>(actions, moment::move));
  if (!std::is_same_v<Dict, of_elements>) actions.push_back(throwing<Dict>());
  CHECK(try_dict<Dict>(actions, moment::copy));
}

TEST_CASE_TEMPLATE("dict: the hash or comparison of a key may do anything to the dict but end it", Dict, by_number,
                   by_element, by_pointer, of_elements) {
  auto actions = dict_actions<Dict>();
  actions.push_back(throwing<Dict>());
  CHECK(try_dict<Dict>(actions, moment::comparison));
  CHECK(try_dict<Dict>(actions, moment::hash) != std::is_same_v<Dict, by_number>);
}

TEST_CASE_TEMPLATE("dict: a collection that begins inside an operation of the dict finds it valid", Dict, to_pointer,
                   by_number, by_element, of_elements) {
  const ouro::test::eager_collections<> eager;
  const std::vector<step<Dict>> collect{{"collect", &collect_around<Dict>}};
  for (const moment at : {moment::destruction, moment::move, moment::copy, moment::comparison, moment::hash}) {
    CHECK((try_dict<Dict>(collect, at) || at != moment::destruction));
  }
}

TEST_CASE("dict: insert_or_assign returns a valid iterator, or the end, whatever the old value's destructor does") {
  to_pointer items;
  bell::action = [&] { items.clear(); };
  items[1] = make<pointee>(1);
  items[2] = make<pointee>(2);
  bell::left = 1;
  bell::rings_at = moment::destruction;
  auto [at, is_new] = items.insert_or_assign(2, make<pointee>(3));
  CHECK_FALSE(is_new);
  CHECK(at == items.end());
  CHECK(items.empty());

  bell::action = [&] { items.erase(1); };
  items[1] = make<pointee>(1);
  items[2] = make<pointee>(2);
  bell::left = 1;
  at = items.insert_or_assign(2, make<pointee>(3)).first;
  CHECK(at->second->id == 3);
  CHECK(items.size() == 1);

  bell::action = [&] { items.erase(1); };
  items[1] = make<pointee>(1);
  bell::left = 1;
  at = items.insert_or_assign(1, make<pointee>(3)).first;
  bell::rings_at = moment::never;
  CHECK(at == items.end());
  CHECK(items.size() == 1);
}

TEST_CASE("dict: a lookup ends though each comparison inserts a new key") {
  struct inserting_equal {
    bool operator()(int left, int right) const {
      bell::ring(moment::comparison);
      return left == right;
    }
  };
  struct same_hash {
    std::size_t operator()(int of) const noexcept { return static_cast<std::size_t>(of < 10 ? 1 : of); }
  };
  ouro::dict<int, int, ouro::default_memory, same_hash, inserting_equal> items;
  items[1] = 10;
  items[2] = 20;
  int next = 100;
  bell::action = [&] {
    for (int i = 0; i != 5; ++i) items[next++] = 0;
  };
  bell::left = 1000;
  bell::rings_at = moment::comparison;
  CHECK(items.at(2) == 20);
  CHECK(items.at(1) == 10);
  CHECK_FALSE(items.contains(3));
  bell::rings_at = moment::never;
  CHECK(next > 100);
  CHECK(bell::left > 900);
  CHECK(items.size() == static_cast<std::size_t>(next - 100 + 2));
}

TEST_CASE("dict: a comparison may use up the room that was made for a new key") {
  for (int comparison = 0; comparison != 12; ++comparison) {
    for (int more = 0; more != 12; ++more) {
      INFO("at comparison " << comparison << " " << more << " more");
      using crowded = ouro::dict<int, int, ouro::default_memory, one_hash, calling_equal>;
      crowded items;
      for (int i = 0; i != 5; ++i) items[i] = i;  // which leaves no room
      calling_equal::call_at(comparison, [&] {
        for (int i = 0; i != more; ++i) items[10 + i] = i;
      });
      items[5] = 5;
      const int called = calling_equal::never_again() ? more : 0;
      CHECK(items.size() == static_cast<std::size_t>(6 + called));
      for (int i = 0; i != 6; ++i) CHECK(items.at(i) == i);
      for (int i = 0; i != called; ++i) CHECK(items.at(10 + i) == i);
      crowded plain;
      for (int i = 0; i != 6 + called; ++i) plain[i] = i;
      CHECK(items.allocated_bytes() == plain.allocated_bytes());
    }
  }
}

TEST_CASE("dict: an allocation that changes the dict is repeated if it is still needed") {
  using numbers = ouro::dict<int, int, calling_memory>;
  const auto fill = [](numbers& items) {
    for (int i = 100; i != 140; ++i) items[i] = i;
  };
  {
    numbers grown;
    for (int i = 0; i != 5; ++i) grown[i] = i;
    calling_allocator::action = [&] { fill(grown); };
    CHECK(grown.try_emplace(5, 5).second);
    CHECK(grown.size() == 46);
    CHECK(grown.at(5) == 5);
    CHECK(grown.at(139) == 139);

    numbers found;
    for (int i = 0; i != 5; ++i) found[i] = i;
    calling_allocator::action = [&] { found[5] = 7; };
    CHECK_FALSE(found.try_emplace(5, 5).second);
    CHECK(found.size() == 6);
    CHECK(found.at(5) == 7);

    numbers reserved{{1, 1}};
    calling_allocator::action = [&] { fill(reserved); };
    reserved.reserve(10);
    CHECK(reserved.size() == 41);
    CHECK(reserved.at(1) == 1);
  }
  CHECK(calling_allocator::blocks == 0);
}

TEST_CASE("dict: a failed allocation while keys are compared leaves the dict as it was") {
  using words = ouro::dict<element, int, calling_memory, hash_of_element>;
  {
    words items;
    for (int i = 0; i != 5; ++i) items[element{i}] = i;
    bool has_thrown = false;
    bell::action = [&] {
      calling_allocator::failures = 1;
      try {
        items.erase(items.begin());
      } catch (const std::bad_alloc&) {
        has_thrown = true;
      }
    };
    bell::left = 1;
    bell::rings_at = moment::comparison;
    CHECK(items.at(element{3}) == 3);
    bell::rings_at = moment::never;
    CHECK(has_thrown);
    CHECK(items.size() == 5);
  }
  CHECK(bell::alive == 0);
  CHECK(calling_allocator::blocks == 0);
}

TEST_CASE("dict: elements are destroyed from the first to the last, as in CPython") {
  std::vector<int> said;
  const auto note = [&](int id) {
    return std::shared_ptr<int>(new int{id}, [&](const int* of) {
      said.push_back(*of);
      delete of;
    });
  };
  {
    ouro::dict<int, std::shared_ptr<int>> items;
    for (int i = 0; i != 4; ++i) items[i] = note(i);
    items.erase(1);
    CHECK(std::exchange(said, {}) == std::vector<int>{1});
    items.clear();
    CHECK(std::exchange(said, {}) == std::vector<int>{0, 2, 3});
    for (int i = 0; i != 4; ++i) items[3 - i] = note(3 - i);
  }
  CHECK(said == std::vector<int>{3, 2, 1, 0});
}

TEST_CASE("dict: an element that a destructor inserts into a dying dict is destroyed with it") {
  {
    by_number items;
    items.insert_or_assign(1, element{1});
    bell::action = [&items] { items.insert_or_assign(2, element{2}); };
    bell::left = 1;
    bell::rings_at = moment::destruction;
  }
  bell::rings_at = moment::never;
  CHECK(bell::left == 0);
  CHECK(bell::alive == 0);
}

TEST_CASE("dict: popitem moves keys and values out that cannot be copied") {
  ouro::dict<std::unique_ptr<int>, std::unique_ptr<int>> items;
  items.try_emplace(std::make_unique<int>(1), std::make_unique<int>(2));
  const auto [key, value] = items.popitem();
  CHECK(*key == 1);
  CHECK(*value == 2);
  CHECK(items.empty());
}
