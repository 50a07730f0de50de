#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <list>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using ouro::dict;
using ouro::make;
using ouro::ptr;

namespace {

static_assert(std::bidirectional_iterator<dict<int, int>::iterator>);
static_assert(std::convertible_to<dict<int, int>::iterator, dict<int, int>::const_iterator>);
static_assert(std::ranges::sized_range<dict<int, int>>);

struct node {
  dict<std::string, ptr<node>> named;
  dict<ptr<node>, int> known;
};

/// All keys have one hash.
struct worst_hash {
  std::size_t operator()(int) const noexcept { return 7; }
};

template <class Dict>
[[nodiscard]] std::string keys_of(const Dict& of) {
  std::string keys;
  for (const auto& [key, value] : of) keys += key;
  return keys;
}

}  // namespace

TEST_CASE("dict: iteration meets the elements in the order of insertion") {
  dict<std::string, int> numbers{{"c", 1}, {"a", 2}, {"b", 3}};
  CHECK(keys_of(numbers) == "cab");
  numbers["a"] = 9;  // keeps its place
  CHECK(keys_of(numbers) == "cab");
  numbers.erase("c");
  numbers["c"] = 4;  // comes again, and is last
  CHECK(keys_of(numbers) == "abc");
  CHECK(numbers.at("a") == 9);
  CHECK(numbers.get("x", 7) == 7);
  CHECK_FALSE(numbers.contains("x"));
  CHECK_THROWS_AS(static_cast<void>(numbers.at("x")), std::out_of_range);
  CHECK(numbers.popitem() == std::pair<std::string, int>{"c", 4});
  CHECK(numbers.size() == 2);
  CHECK(numbers == dict<std::string, int>{{"b", 3}, {"a", 9}});
  std::string backwards;
  for (auto at = numbers.end(); at != numbers.begin();) backwards += (--at)->first;
  CHECK(backwards == "ba");
}

TEST_CASE("dict: insertion returns whether the key is new, and try_emplace makes no value if it is not") {
  dict<int, std::string> words;
  CHECK(words.insert({1, "one"}).second);
  CHECK_FALSE(words.insert({1, "eins"}).second);
  std::string kept(40, 'k');
  CHECK_FALSE(words.try_emplace(1, std::move(kept)).second);
  CHECK(kept.size() == 40);
  CHECK_FALSE(words.insert_or_assign(1, "uno").second);
  CHECK(words[1] == "uno");
  CHECK(words[2].empty());
}

TEST_CASE("dict: does not grow when keys come and go one after the other") {
  dict<int, int> numbers;
  for (int i = 0; i != 10'000; ++i) {
    numbers[i] = i;
    CHECK(numbers.erase(i) == 1);
    CHECK_FALSE(numbers.contains(i + 1));
  }
  CHECK(numbers.allocated_bytes() < 300);
}

TEST_CASE_TEMPLATE("dict: random operations agree with a model, with a good hash and a bad one", Hash, std::hash<int>,
                   worst_hash) {
  std::mt19937 random{3};
  dict<int, std::string, ouro::default_memory, Hash> mine;
  std::list<std::pair<int, std::string>> model;
  for (int step = 0; step != 20'000; ++step) {
    const int key = static_cast<int>(random() % (step < 10'000 ? 300 : 20));
    const auto found = std::ranges::find(model, key, &std::pair<int, std::string>::first);
    switch (random() % 5) {
      case 0:
      case 1:
        mine[key] = std::to_string(step);
        if (found != model.end()) {
          found->second = std::to_string(step);
        } else {
          model.emplace_back(key, std::to_string(step));
        }
        break;
      case 2:
        REQUIRE(mine.erase(key) == (found == model.end() ? 0u : 1u));
        if (found != model.end()) model.erase(found);
        break;
      case 3:
        if (found != model.end()) {
          const auto after = mine.erase(mine.find(key));
          const auto next = model.erase(found);
          REQUIRE((after == mine.end()) == (next == model.end()));
          if (next != model.end()) REQUIRE(after->first == next->first);
        }
        break;
      default:
        REQUIRE(mine.contains(key) == (found != model.end()));
    }
    REQUIRE(mine.size() == model.size());
    if (step % 50 == 0) {
      REQUIRE(std::ranges::equal(mine, model, [](const auto& left, const auto& right) {
        return left.first == right.first && left.second == right.second;
      }));
    }
  }
  const auto copy = mine;
  CHECK(copy == mine);
  const auto moved = std::move(mine);
  CHECK(moved == copy);
}

TEST_CASE("dict: takes less memory than a table of nodes") {
  dict<long, long> numbers;
  for (long i = 0; i != 1000; ++i) numbers[i] = i;
  // Entries of 24 bytes, and index slots of two bytes. CPython 3.11 takes 36952 bytes for the same.
  CHECK(numbers.allocated_bytes() <= 36'952);
}

TEST_CASE("dict: cycles through keys and values are collected, and a deep copy finds its keys") {
  {
    const auto root = make<node>();
    root->named["self"] = root;
    root->named["other"] = make<node>();
    root->known[root->named["other"]] = 5;
    root->named["other"]->known[root] = 6;
    const auto made = ouro::deepcopy(root);
    CHECK(made->named["self"] == made);
    CHECK(made->known.at(made->named["other"]) == 5);
    CHECK(made->named["other"]->known.at(made) == 6);
  }
  CHECK(ouro::gc::collect() == 4);
}

TEST_CASE("dict: the destructor of a value may use the dict") {
  struct returning {
    dict<int, std::vector<returning>>* home = nullptr;
    returning() = default;
    explicit returning(dict<int, std::vector<returning>>* to) : home{to} {}
    returning(const returning&) = default;
    returning(returning&& from) noexcept : home{std::exchange(from.home, nullptr)} {}
    ~returning() {
      if (home != nullptr) CHECK_FALSE(home->contains(1));
    }
  };
  dict<int, std::vector<returning>> home;
  home[1].emplace_back(&home);
  CHECK(home.erase(1) == 1);
  home[1].emplace_back(&home);
  home.clear();
}

TEST_CASE("dict: is constructed, assigned and swapped as a std::unordered_map") {
  const dict<int, std::string> from{{1, "one"}, {2, "two"}};
  dict<int, std::string> to{{9, "nine"}};
  to = from;
  CHECK(to == from);
  const std::string* const there = &to.at(1);
  dict<int, std::string> moved;
  CHECK(moved.empty());
  moved = std::move(to);
  CHECK(&moved.at(1) == there);
  CHECK(to.empty());
  CHECK(to.allocated_bytes() == 0);
  to[3] = "three";
  swap(to, moved);
  CHECK(&to.at(1) == there);
  CHECK(moved.size() == 1);
  CHECK_FALSE(moved.empty());
}

TEST_CASE("dict: erased elements do not hinder later searches, insertions and iterations") {
  dict<int, int> numbers{{1, 10}, {2, 20}, {3, 30}, {4, 40}, {5, 50}};
  numbers.erase(1);
  numbers.erase(3);
  std::vector<int> keys;
  for (auto at = numbers.cbegin(); at != numbers.cend(); at++) keys.push_back(at->first);
  CHECK(keys == std::vector<int>{2, 4, 5});
  keys.clear();
  for (auto at = numbers.end(); at != numbers.begin();) {
    --at;
    keys.push_back(at->first);
  }
  CHECK(keys == std::vector<int>{5, 4, 2});
  auto at = numbers.find(4);
  CHECK((at--)->first == 4);
  CHECK(at->first == 2);
  CHECK((at++)->first == 2);
  CHECK(at->first == 4);
  numbers.reserve(1000);  // closes up
  CHECK(numbers == dict<int, int>{{2, 20}, {4, 40}, {5, 50}});
}

TEST_CASE("dict: two dicts are equal if they have the same keys with the same values") {
  const dict<int, int> one{{1, 10}, {2, 20}};
  CHECK_FALSE(one == dict<int, int>{{1, 10}});
  CHECK_FALSE(one == dict<int, int>{{1, 10}, {3, 20}});
  CHECK_FALSE(one == dict<int, int>{{1, 10}, {2, 21}});
  CHECK(one == dict<int, int>{{2, 20}, {1, 10}});
}

TEST_CASE("dict: a const dict can be searched, and its elements inserted into another one") {
  dict<int, std::string> words;
  const dict<int, std::string>& same = words;
  const dict<int, std::string>::value_type element{1, "one"};
  CHECK(words.insert(element).second);
  CHECK(words.emplace(2, "two").second);
  CHECK_FALSE(words.emplace(2, "zwei").second);
  CHECK(same.at(1) == "one");
  CHECK_THROWS_AS(static_cast<void>(same.at(3)), std::out_of_range);
  CHECK(same.count(2) == 1);
  CHECK(same.count(3) == 0);
  CHECK(same.get(2) == "two");
  CHECK(same.get(3, "none") == "none");
  CHECK(same.find(3) == same.end());
  CHECK(same.find(2)->second == "two");
}

TEST_CASE("dict: elements are found after the index has gone from one to two to four bytes a slot") {
  dict<int, int> numbers;
  constexpr int many = 30'000;  // two thirds of 2^15 slots are 21845
  for (int i = 0; i != many; ++i) numbers[i * 7] = i;
  for (int i = 0; i != many; i += 3) CHECK(numbers.erase(i * 7) == 1);
  std::size_t found = 0;
  for (int i = 0; i != many; ++i) found += numbers.get(i * 7, -1) == i ? 1 : 0;
  CHECK(found == many - many / 3);
  CHECK_FALSE(numbers.contains(1));
}
