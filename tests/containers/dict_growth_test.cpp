#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <utility>
#include <vector>

using ouro::dict;

namespace {

using index = ouro::detail::dict_index<std::allocator<unsigned char>>;

constexpr int digits = std::numeric_limits<std::size_t>::digits;

/// The average number of slots that a search for one of n keys looks at.
template <class Key>
double steps_to_find(std::size_t n, Key key) {
  index of{index::slots_for(n)};
  for (std::size_t i = 0; i != n; ++i) of.insert(key(i), i);
  std::size_t steps = 0;
  for (std::size_t i = 0; i != n; ++i) {
    static_cast<void>(of.find(key(i), [&](std::size_t number) {
      ++steps;
      return number == i;
    }));
  }
  return static_cast<double>(steps) / static_cast<double>(n);
}

template <class Key>
void check_steps(Key key) {
  for (const std::size_t n : {std::size_t{680}, std::size_t{5440}, std::size_t{43'520}}) {
    CAPTURE(n);
    CHECK(steps_to_find(n, key) < 4);
  }
}

}  // namespace

TEST_CASE("dict: a key is found in a few steps, in whichever bits of the hash the keys differ") {
  check_steps([](std::size_t i) { return 0 - i; });
  for (int shift = 0; shift <= digits - 16; shift += 4) {
    CAPTURE(shift);
    check_steps([shift](std::size_t i) { return i << shift; });
    check_steps([shift](std::size_t i) { return (i << shift) + i; });
  }
  for (std::size_t stride = 3; stride < 4000; stride += 146) {
    CAPTURE(stride);
    check_steps([stride](std::size_t i) { return i * stride; });
  }
}

namespace {

/// Counts hashes and comparisons of keys.
struct counts {
  static inline std::size_t hashes = 0;
  static inline std::size_t comparisons = 0;
};

struct counting_hash {
  std::size_t operator()(std::size_t key) const {
    ++counts::hashes;
    return key;
  }
};

struct counting_equal {
  bool operator()(std::size_t left, std::size_t right) const {
    ++counts::comparisons;
    return left == right;
  }
};

}  // namespace

TEST_CASE("dict: with keys that differ in the highest bits, an insertion takes one hash and no comparison") {
  constexpr std::size_t n = 200'000;
  dict<std::size_t, int, ouro::default_memory, counting_hash, counting_equal> of;
  counts::hashes = counts::comparisons = 0;
  for (std::size_t i = 0; i != n; ++i) of[i << (digits - 20)] = 1;
  CHECK(counts::hashes == n);
  CHECK(counts::comparisons == 0);
  for (std::size_t i = 0; i != n; ++i) REQUIRE(of.contains(i << (digits - 20)));
  CHECK(counts::comparisons == n);
}

// Each of these would take hours if an operation went over the places of erased elements one by one.

TEST_CASE("dict: a million elements are erased from the front in one step each") {
  constexpr int n = 1'000'000;
  dict<int, int> of;
  for (int i = 0; i != n; ++i) of[i] = i;
  int wrong = 0;
  for (int i = 0; i != n; ++i) {
    wrong += of.begin()->first != i;
    of.erase(of.begin());
  }
  CHECK(wrong == 0);
  CHECK(of.empty());
  CHECK(of.begin() == of.end());
}

TEST_CASE("dict: a queue of constant length takes constant memory") {
  dict<int, int> of;
  for (int i = 0; i != 100; ++i) of[i] = i;
  const std::size_t bytes = of.allocated_bytes();
  for (int i = 100; i != 100'000; ++i) {
    of[i] = i;
    REQUIRE(of.begin()->first == i - 100);
    of.erase(of.begin());
  }
  CHECK(of.size() == 100);
  CHECK(of.allocated_bytes() <= 4 * bytes);
}

TEST_CASE("dict: elements at either end and in between are erased in one step each") {
  constexpr int n = 300'000;
  dict<int, int> of;
  for (int i = 0; i != n; ++i) of[i] = i;
  int wrong = 0;
  SUBCASE("from the last but one to the second") {
    for (int i = n - 2; i != 0; --i) wrong += of.erase(std::as_const(of).find(i))->first != n - 1;
  }
  SUBCASE("from the second on, with a step over the gap after each") {
    for (int i = 1; i != n - 1; ++i) {
      of.erase(i);
      wrong += std::next(of.begin())->first != i + 1;
      wrong += std::prev(std::next(of.begin()))->first != 0;
    }
  }
  SUBCASE("every other one, and then those in between") {
    for (int i = 1; i < n - 1; i += 2) of.erase(i);
    for (int i = 2; i < n - 1; i += 2) {
      wrong += std::next(of.begin())->first != i;
      of.erase(i);
    }
    of.erase(n - 1);
    of[n - 1] = n - 1;
  }
  CHECK(wrong == 0);
  CHECK(of.size() == 2);
  CHECK(std::next(of.begin())->first == n - 1);
  CHECK(std::prev(of.end(), 2)->first == 0);
  const auto last = of.popitem();
  CHECK(last.first == n - 1);
  CHECK(std::prev(of.end())->first == 0);
}

TEST_CASE("dict: with gaps of all lengths it iterates forwards and backwards as a list of its elements") {
  std::mt19937 random{17};
  for (int round = 0; round != 100; ++round) {
    dict<int, int> of;
    std::map<int, int> model;
    const int n = 1 + static_cast<int>(random() % 40);
    for (int i = 0; i != n; ++i) of[i] = model[i] = static_cast<int>(random());
    for (int step = 0; step != 60; ++step) {
      const int key = static_cast<int>(random() % static_cast<unsigned>(n + 1));
      if (random() % 8 == 0) {
        of[n + step] = model[n + step] = step;
      } else if (const auto found = std::as_const(of).find(key); found != of.end()) {
        const auto next = of.erase(found);
        const auto expected = model.erase(model.find(key));
        REQUIRE((next == of.end()) == (expected == model.end()));
        if (expected != model.end()) REQUIRE(next->first == expected->first);
      }
      REQUIRE(of.size() == model.size());
      auto at = of.begin();
      for (const auto& [k, v] : model) {
        REQUIRE(at->first == k);
        REQUIRE(at->second == v);
        ++at;
      }
      REQUIRE(at == of.end());
      for (auto back = model.rbegin(); back != model.rend(); ++back) REQUIRE((--at)->first == back->first);
    }
  }
}
