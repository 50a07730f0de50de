#include "support/failing_allocator.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <compare>
#include <cstddef>
#include <new>
#include <random>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using ouro::attributes;
using ouro::frozen_list;
using ouro::interned_string;
using ouro::make;
using ouro::ptr;

namespace {

interned_string operator""_name(const char* text, std::size_t length) { return interned_string{{text, length}}; }

struct node {
  attributes<ptr<node>> members;
  frozen_list<ptr<node>> fixed;
};

template <class Memory>
struct cyclic {
  frozen_list<typename Memory::template ptr<cyclic>, Memory> list;
  ouro::basic_tuple<Memory, int, typename Memory::template ptr<cyclic>> pair;
};

struct point {
  double x = 0;
  double y = 0;
  std::string label;
};

}  // namespace

template <>
inline constexpr auto ouro::slots_of<point> =
    std::tuple{ouro::slot("x", &point::x), ouro::slot("y", &point::y), ouro::slot("label", &point::label)};

TEST_CASE("attributes: objects that got the same names in the same order share them") {
  attributes<int> one;
  attributes<int> two;
  one["x"_name] = 1;
  one["y"_name] = 2;
  two["x"_name] = 3;
  CHECK_FALSE(one.has_shape_of(two));
  two["y"_name] = 4;
  CHECK(one.has_shape_of(two));
  CHECK(one.at("y"_name) == 2);
  CHECK(two.at("y"_name) == 4);
  attributes<int> other;
  other["y"_name] = 1;
  other["x"_name] = 1;
  CHECK_FALSE(one.has_shape_of(other));
  CHECK(one.find("z"_name) == nullptr);
  CHECK_THROWS_AS(static_cast<void>(one.at("z"_name)), std::out_of_range);
  CHECK(one.own_bytes() == sizeof one + 2 * sizeof(int));
  CHECK(sizeof one == 2 * sizeof(void*) + 8);
  CHECK(one.shared_bytes() == two.shared_bytes());
}

TEST_CASE("attributes: values stand side by side in the order of their names, to be read or written") {
  attributes<int> of;
  of["a"_name] = 1;
  of["b"_name] = 2;
  for (int& each : of.values()) each *= 10;
  const attributes<int>& seen = of;
  REQUIRE(seen.values().size() == 2);
  CHECK(seen.values().data() == seen.find("a"_name));
  CHECK(seen.values()[0] == 10);
  CHECK(seen.values()[1] == 20);
}

TEST_CASE("attributes: one that is erased takes its name along, the others keep their order") {
  attributes<std::string> of;
  for (const char* const name : {"a", "b", "c", "d"}) of[interned_string{name}] = std::string(30, *name);
  CHECK(of.erase("b"_name));
  CHECK_FALSE(of.erase("b"_name));
  std::string names;
  of.each([&](const interned_string& name, const std::string& value) {
    names += name.view();
    CHECK(value == std::string(30, name.view()[0]));
  });
  CHECK(names == "acd");
  attributes<std::string> same;
  for (const char* const name : {"a", "c", "d"}) same[interned_string{name}];
  CHECK(same.has_shape_of(of));
  auto copy = of;
  of.clear();
  CHECK(of.empty());
  CHECK(copy.size() == 3);
  CHECK(copy.at("d"_name) == std::string(30, 'd'));
}

TEST_CASE("attributes, frozen_list: cycles through them are found, a deep copy has its own") {
  {
    const auto root = make<node>();
    root->members["self"_name] = root;
    root->members["child"_name] = make<node>();
    root->members["child"_name]->fixed = {root, root};
    const auto made = ouro::deepcopy(root);
    CHECK(made->members.at("self"_name) == made);
    CHECK(made->members.at("child"_name) != root->members.at("child"_name));
    const auto& fixed = made->members.at("child"_name)->fixed;
    CHECK(fixed.size() == 2);
    CHECK(fixed[1] == made);
  }
  CHECK(ouro::gc::collect() == 6);  // and the two blocks of the frozen lists
}

TEST_CASE("frozen_list: one block of exact size, shared by its copies") {
  const frozen_list<int> numbers{1, 2, 3};
  const auto copy = numbers;
  CHECK(copy.is(numbers));
  CHECK(copy == frozen_list<int>{1, 2, 3});
  CHECK_FALSE(copy.is(frozen_list<int>{1, 2, 3}));
  CHECK(copy < frozen_list<int>{1, 2, 4});
  CHECK(frozen_list<int>{1, 2} < frozen_list<int>{1, 2, 3});
  CHECK(frozen_list<int>{1, 2, 3} > frozen_list<int>{1, 2});
  CHECK((frozen_list<int>{1, 2} <=> frozen_list<int>{1, 2}) == std::strong_ordering::equal);
  CHECK(copy.size() == 3);
  CHECK(sizeof copy == sizeof(void*));
  CHECK(ouro::size_of(copy.block()) == 8 + sizeof(std::size_t) + 3 * sizeof(int));
  CHECK(frozen_list<int>{}.empty());
  CHECK(frozen_list<int>{}.begin() == frozen_list<int>{}.end());
  const auto* const place = frozen_list<int>{1, 2}.data();
  CHECK(frozen_list<int>{3, 4}.data() == place);  // a freed block serves the next of its length
}

TEST_CASE_TEMPLATE("frozen_list, tuple: are out of sight when all that they point to is", Memory, ouro::default_memory,
                   ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>) {
  using pointer = typename Memory::template ptr<cyclic<Memory>>;
  const auto tracked = Memory::template make<cyclic<Memory>>();
  const frozen_list<pointer, Memory> with{tracked, nullptr};
  CHECK(Memory::gc::is_tracked(with.block()));
  const ouro::basic_tuple<Memory, int, pointer> pair_with{1, tracked};
  CHECK(Memory::gc::is_tracked(pair_with.block()));
  const frozen_list<pointer, Memory> without{nullptr, nullptr};
  CHECK_FALSE(Memory::gc::is_tracked(without.block()));
  const std::size_t candidates = Memory::gc::count();
  {
    const auto copy = without;
  }
  CHECK(Memory::gc::count() == candidates);
  const ouro::basic_tuple<Memory, int, pointer> pair{1, nullptr};
  CHECK_FALSE(Memory::gc::is_tracked(pair.block()));
}

TEST_CASE("tuple: elements by number, by structured binding, and compared by value") {
  const auto made = ouro::make_tuple(1, std::string{"two"}, 3.0);
  const auto& [one, two, three] = made;
  CHECK(one == 1);
  CHECK(two == "two");
  CHECK(ouro::get<2>(made) == three);
  static_assert(std::tuple_size_v<ouro::tuple<int, int>> == 2);
  CHECK(made == ouro::make_tuple(1, std::string{"two"}, 3.0));
  CHECK(ouro::make_tuple(1, 2) < ouro::make_tuple(1, 3));
  const auto copy = made;
  CHECK(copy.is(made));
  CHECK(ouro::tuple<>{} == ouro::tuple<>{});
}

TEST_CASE("slots: members by name, of an object that is not a byte larger") {
  using named = ouro::slots<point>;
  static_assert(named::size == 3 && named::names[2] == "label" && named::contains("x") && !named::contains("z"));
  point here{1, 2, "here"};
  named::get<double>(here, "x") = 5;
  CHECK(here.x == 5);
  const point& constant = here;
  CHECK(named::get<std::string>(constant, "label") == "here");
  static_assert(std::is_const_v<std::remove_reference_t<decltype(named::get<double>(constant, "x"))>>);
  CHECK(named::find<int>(here, "x") == nullptr);
  CHECK_THROWS_AS(static_cast<void>(named::get<double>(here, "z")), std::out_of_range);
  std::string seen;
  named::each(here, [&](std::string_view name, const auto&) { seen += name; });
  CHECK(seen == "xylabel");
  double sum = 0;
  const auto add = [&](const auto& member) {
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member)>, double>) sum += member;
  };
  CHECK(named::visit(here, "y", add));
  CHECK_FALSE(named::visit(here, "z", add));
  CHECK(sum == 2);
}

TEST_CASE("attributes: a cache finds what a search finds, whatever shapes it meets") {
  using record = attributes<int>;
  const interned_string names[] = {"a"_name, "b"_name, "c"_name, "d"_name};
  record::cache caches[4];
  std::vector<record> records(20);
  std::mt19937 random{5};
  for (int step = 0; step != 20'000; ++step) {
    record& at = records[random() % records.size()];
    const std::size_t which = random() % 4;
    const interned_string& name = names[which];
    const int* const known = at.find(name);
    switch (random() % 4) {
      case 0: {
        const std::size_t before = at.size();
        at.get_or_add(name, caches[which]) = step;
        CHECK(at.size() == before + (known == nullptr ? 1 : 0));
        CHECK(at.at(name) == step);
        break;
      }
      case 1:
        if (random() % 8 == 0) at.erase(name);
        break;
      case 2:
        if (random() % 50 == 0) at = records[random() % records.size()];
        break;
      default:
        CHECK(at.find(name, caches[which]) == known);
    }
  }
}

TEST_CASE("attributes: objects that get a name from one place share the shape") {
  attributes<int>::cache x;
  attributes<int> first;
  attributes<int> second;
  first.get_or_add("x"_name, x) = 1;
  second.get_or_add("x"_name, x) = 2;
  CHECK(first.has_shape_of(second));
  CHECK(*second.find("x"_name, x) == 2);
  attributes<int> empty;
  CHECK(empty.find("x"_name, x) == nullptr);
}

TEST_CASE("attributes: beyond most_shared, the names are the object's own, and are found all the same") {
  using record = attributes<int>;
  using model = std::vector<std::pair<interned_string, int>>;
  std::mt19937 random{7};
  std::vector<interned_string> names;
  for (int i = 0; i != 300; ++i) names.push_back(interned_string{"own " + std::to_string(i)});
  std::vector<record::cache> caches(names.size());
  std::vector<record> objects(4);
  std::vector<model> models(4);
  const auto find = [](model& in, const interned_string& name) {
    return std::find_if(in.begin(), in.end(), [&](const auto& each) { return each.first == name; });
  };
  std::size_t most = 0;
  for (int step = 0; step != 20'000; ++step) {
    const std::size_t at = random() % objects.size();
    const std::size_t which = random() % names.size();
    // Waves: the objects grow and shrink across the border.
    const bool grows = step / 1000 % 2 == 0;
    const auto known = find(models[at], names[which]);
    switch (random() % 8) {
      case 0:
        if (step % 50 == 0) {
          objects[at] = objects[(at + 1) % 4];
          models[at] = models[(at + 1) % 4];
        }
        break;
      case 1: {
        const int* const found = objects[at].find(names[which], caches[which]);
        REQUIRE((found != nullptr) == (known != models[at].end()));
        if (found != nullptr) REQUIRE(*found == known->second);
        break;
      }
      case 2:
      case 3:
      case 4:
      case 5:
        if (grows) {
          objects[at].get_or_add(names[which], caches[which]) = step;
          if (known != models[at].end()) {
            known->second = step;
          } else {
            models[at].emplace_back(names[which], step);
          }
          break;
        }
        [[fallthrough]];
      default:
        if (!grows || random() % 4 == 0) {
          REQUIRE(objects[at].erase(names[which]) == (known != models[at].end()));
          if (known != models[at].end()) models[at].erase(known);
        }
    }
    REQUIRE(objects[at].size() == models[at].size());
    most = std::max(most, models[at].size());
    std::size_t i = 0;
    objects[at].each([&](const interned_string& name, int value) {
      REQUIRE(name == models[at][i].first);
      REQUIRE(value == models[at][i].second);
      ++i;
    });
  }
  CHECK(most > 2 * record::most_shared);
}

TEST_CASE("attributes: own names cost their object alone, and an object below the border has none") {
  attributes<int> of;
  for (std::size_t i = 0; i != attributes<int>::most_shared; ++i) of[interned_string{"n" + std::to_string(i)}] = 1;
  attributes<int> same{of};
  CHECK(of.has_shape_of(same));
  CHECK(of.shared_bytes() != 0);
  const std::size_t before = of.own_bytes();
  of["one more"_name] = 1;
  same["one more"_name] = 1;
  CHECK(!of.has_shape_of(same));
  CHECK(of.shared_bytes() == 0);
  CHECK(of.own_bytes() > before + of.size() * sizeof(interned_string));
  CHECK(of.erase("one more"_name));
  CHECK(same.erase("one more"_name));
  CHECK(of.has_shape_of(same));
}

TEST_CASE("attributes: 100000 names take no more than their number") {
  attributes<int> of;
  for (int i = 0; i != 100'000; ++i) of[interned_string{"wide " + std::to_string(i)}] = i;
  CHECK(of.at("wide 77777"_name) == 77'777);
  CHECK(of.own_bytes() < 100'000 * std::size_t{32});
}

TEST_CASE("attributes: no memory for own names, or for their copy, changes nothing") {
  using ouro::test::failing_allocator;
  using record = attributes<int, ouro::memory<ouro::local_refcount, ouro::no_collector, failing_allocator>>;
  constexpr int shared = static_cast<int>(record::most_shared);
  std::vector<interned_string> names;
  for (int i = 0; i != 2 * shared; ++i) names.push_back(interned_string{"tight " + std::to_string(i)});
  int failures = 0;
  for (std::size_t left = 0;; ++left) {
    record of;
    for (int i = 0; i != shared; ++i) of[names[static_cast<std::size_t>(i)]] = i;
    failing_allocator::fail_after(left);
    int made = shared;
    try {
      for (; made != 2 * shared; ++made) of[names[static_cast<std::size_t>(made)]] = made;
      const record copy{of};
      CHECK(copy.at(names.back()) == made - 1);
    } catch (const std::bad_alloc&) {
      ++failures;
    }
    failing_allocator::left = failing_allocator::never;
    REQUIRE(of.size() == static_cast<std::size_t>(made));
    for (int i = 0; i != made; ++i) REQUIRE(of.at(names[static_cast<std::size_t>(i)]) == i);
    if (!failing_allocator::has_failed) break;
  }
  CHECK(failures > 8);
  CHECK(failing_allocator::blocks.empty());
  CHECK(!failing_allocator::is_misused);
}

TEST_CASE("attributes: moved and swapped, the values stay where they are") {
  attributes<std::string> one;
  one["x"_name] = "a";
  const attributes<std::string>& same = one;
  CHECK(same.contains("x"_name));
  CHECK_FALSE(same.contains("y"_name));
  CHECK(*same.find("x"_name) == "a");
  CHECK(same.at("x"_name) == "a");
  const std::string* const there = one.find("x"_name);
  attributes<std::string> two{std::move(one)};
  CHECK(two.find("x"_name) == there);
  CHECK(one.empty());
  CHECK(one.find("x"_name) == nullptr);
  swap(one, two);
  CHECK(one.find("x"_name) == there);
  CHECK(two.empty());
}

TEST_CASE("attributes: an empty object has the shape of each other empty one, and shares nothing") {
  attributes<int> was_full;
  was_full["x"_name] = 1;
  was_full.erase("x"_name);
  const attributes<int> fresh;
  CHECK(fresh.has_shape_of(was_full));
  CHECK(was_full.has_shape_of(fresh));
  CHECK(fresh.shared_bytes() == 0);
  attributes<int> full;
  full["x"_name] = 1;
  CHECK_FALSE(fresh.has_shape_of(full));
  CHECK_FALSE(full.has_shape_of(fresh));
  CHECK(full.shared_bytes() != 0);
}

TEST_CASE("attributes: with room for as many as there will be, the values stay where they are") {
  attributes<int> of;
  of.reserve(5);
  CHECK(of.own_bytes() == sizeof of + 6 * sizeof(int));
  const int* const first = &of["a"_name];
  for (const char* const name : {"b", "c", "d", "e"}) of[interned_string{name}] = 1;
  CHECK(of.find("a"_name) == first);
}

TEST_CASE("frozen_list: is read from both ends, swapped, and equal by its elements") {
  frozen_list<int> numbers{1, 2, 3};
  CHECK(std::vector<int>(numbers.cbegin(), numbers.cend()) == std::vector<int>{1, 2, 3});
  CHECK(std::vector<int>(numbers.rbegin(), numbers.rend()) == std::vector<int>{3, 2, 1});
  CHECK(numbers.front() == 1);
  CHECK(numbers.back() == 3);
  const auto same = numbers;
  CHECK(numbers == same);
  CHECK_FALSE(numbers == frozen_list<int>{1, 2, 4});
  CHECK_FALSE(numbers == frozen_list<int>{1, 2});
  frozen_list<int> other{9};
  swap(numbers, other);
  CHECK(other.is(same));
  CHECK(numbers == frozen_list<int>{9});
  const std::vector<int> none;
  CHECK(frozen_list<int>(none.begin(), none.end()).block() == nullptr);
}

TEST_CASE("tuple: equal ones are those with equal elements; one that was moved from has none") {
  auto one = ouro::make_tuple(1, std::string{"a"});
  CHECK(one == ouro::make_tuple(1, std::string{"a"}));
  CHECK_FALSE(one == ouro::make_tuple(1, std::string{"b"}));
  const auto kept = std::move(one);
  CHECK_FALSE(one == kept);
  CHECK_FALSE(kept == one);
  CHECK(ouro::tuple<>{} == ouro::tuple<>{});
}

TEST_CASE("tuple: a cycle through one is found") {
  using memory = ouro::default_memory;
  {
    const auto one = make<cyclic<memory>>();
    one->pair = ouro::basic_tuple<memory, int, ptr<cyclic<memory>>>{7, one};
  }
  CHECK(ouro::gc::collect() == 2);  // and the block of the tuple
}

TEST_CASE("slots: names that are known at run time only") {
  std::string name = "label";
  CHECK(ouro::slots<point>::contains(name));
  name += "s";
  CHECK_FALSE(ouro::slots<point>::contains(name));
  point here{1, 2, "here"};
  CHECK_FALSE(ouro::slots<point>::visit(here, name, [](auto&) {}));
  CHECK(ouro::slots<point>::find<double>(here, "label") == nullptr);
  CHECK(ouro::slots<point>::find<double>(here, "y") == &here.y);
}

TEST_CASE("frozen_list: of lists that are out of sight is out of sight itself") {
  const frozen_list<ptr<node>> inner{nullptr, nullptr};
  CHECK_FALSE(ouro::gc::is_tracked(inner.block()));
  const frozen_list<frozen_list<ptr<node>>> outer{inner, inner};
  CHECK_FALSE(ouro::gc::is_tracked(outer.block()));
  const frozen_list<frozen_list<ptr<node>>> other{inner, frozen_list<ptr<node>>{make<node>()}};
  CHECK(ouro::gc::is_tracked(other.block()));
}

namespace {

struct last_word {
  std::string* said;
  char name;
  last_word(std::string* to, char called) : said{to}, name{called} {}
  last_word(const last_word&) = delete;
  last_word& operator=(const last_word&) = delete;
  ~last_word() { *said += name; }
  void trace(auto&&) {}
};

}  // namespace

TEST_CASE("tuple, frozen_list: elements go from the last to the first, as CPython's and as members do") {
  std::string said;
  const auto word = [&](char name) { return make<last_word>(&said, name); };
  const int number = 5;
  {
    const auto made = ouro::make_tuple(word('a'), 1, word('b'), word('c'));
  }
  CHECK(std::exchange(said, {}) == "cba");
  static_cast<void>(make<std::tuple<ptr<last_word>, const int&, const ptr<last_word>>>(word('a'), number, word('b')));
  CHECK(std::exchange(said, {}) == "ba");
  {
    const frozen_list<ptr<last_word>> made{word('a'), word('b'), word('c')};
  }
  CHECK(std::exchange(said, {}) == "cba");
}
