#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using ouro::attributes;
using ouro::interned_string;

namespace {

/// A name that counts hashes, copies, moves and comparisons.
struct counted_name {
  int value = 0;
  static inline std::size_t steps = 0;

  explicit counted_name(int of) : value{of} {}
  counted_name(const counted_name& from) : value{from.value} { ++steps; }
  counted_name(counted_name&& from) noexcept : value{from.value} { ++steps; }
  friend bool operator==(const counted_name& left, const counted_name& right) {
    ++steps;
    return left.value == right.value;
  }
};

}  // namespace

template <>
struct std::hash<counted_name> {
  std::size_t operator()(const counted_name& of) const noexcept {
    ++counted_name::steps;
    return static_cast<std::size_t>(of.value);
  }
};

namespace {

using tree = ouro::detail::shape_tree<counted_name>;
using strings = ouro::detail::shape_tree<interned_string>;

/// The shape of an object that gets these names one by one.
ouro::detail::shape<counted_name>& give(tree& to, const std::vector<int>& names) {
  auto* at = &to.root();
  for (std::size_t i = 0; i != names.size(); ++i) {
    auto& next = to.follow(*at, i, counted_name{names[i]});
    next.enter();
    if (i != 0) at->leave();
    at = &next;
  }
  return *at;
}

std::vector<int> shuffled(int n, std::mt19937& random) {
  std::vector<int> names(static_cast<std::size_t>(n));
  std::iota(names.begin(), names.end(), 0);
  std::shuffle(names.begin(), names.end(), random);
  return names;
}

}  // namespace

TEST_CASE("shape_tree: the first name of an object costs the same however many other first names there are") {
  std::size_t before = 0;
  for (const int n : {1000, 8000, 64'000}) {
    tree& of = *new tree;
    std::vector<ouro::detail::shape<counted_name>*> held;
    counted_name::steps = 0;
    for (int i = 0; i != n; ++i) held.push_back(&give(of, {i}));
    CHECK(of.size() == static_cast<std::size_t>(n) - 1);  // one way goes on in the root
    CHECK(counted_name::steps <= static_cast<std::size_t>(n) * 16);
    if (before != 0) CHECK(counted_name::steps <= before * 8 * 11 / 10);
    before = counted_name::steps;
    for (auto* const each : held) each->leave();
    CHECK(of.size() == tree::most_idle);
    delete &of;
  }
}

TEST_CASE("shape_tree: names in a new order cost a few steps each") {
  tree& of = *new tree;
  std::mt19937 random{3};
  constexpr int names = 64;
  constexpr int n = 1000;
  counted_name::steps = 0;
  std::vector<ouro::detail::shape<counted_name>*> held;
  for (int i = 0; i != n; ++i) held.push_back(&give(of, shuffled(names, random)));
  CHECK(counted_name::steps <= n * names * 16);
  // A shape for each object, and some for the names where they branch.
  CHECK(of.size() <= n + n / 4);
  std::size_t bytes = 0;
  for (const auto* const each : held) bytes += each->bytes();
  CHECK(bytes <= n * (sizeof *held[0] + 2 * names * sizeof(counted_name)));
  for (auto* const each : held) each->leave();
  CHECK(of.size() <= 2 * tree::most_idle);
  delete &of;
}

TEST_CASE("shape_tree: the same names in the same order are one shape, whatever came and went before") {
  tree& of = *new tree;
  std::mt19937 random{11};
  struct object {
    std::vector<int> names;
    ouro::detail::shape<counted_name>* shape;
  };
  std::vector<object> objects;
  for (int step = 0; step != 20'000; ++step) {
    if (random() % 2 == 0 || objects.empty()) {
      std::vector<int> names = shuffled(5, random);
      names.resize(1 + random() % 5);
      auto& shape = give(of, names);
      for (std::size_t i = 0; i != names.size(); ++i) REQUIRE(shape.name(i).value == names[i]);
      for (const object& each : objects) {
        const bool is_same_way = each.names == names;
        if (is_same_way) REQUIRE(each.shape == &shape);
        if (each.shape == &shape && each.names.size() == names.size()) REQUIRE(is_same_way);
      }
      objects.push_back({std::move(names), &shape});
    } else {
      std::swap(objects[random() % objects.size()], objects.back());
      objects.back().shape->leave();
      objects.pop_back();
    }
    if (objects.size() > 40) {
      for (const object& each : objects) each.shape->leave();
      objects.clear();
    }
  }
  for (const object& each : objects) each.shape->leave();
  delete &of;
}

TEST_CASE("shape_tree: objects that have ended leave the names of a few shapes, and no more") {
  ouro::heap h;
  const ouro::heap::scope in{h};
  std::mt19937 random{5};
  const auto make_and_drop = [&](int n, int names) {
    for (int i = 0; i != n; ++i) {
      attributes<int> of;
      for (const int each : shuffled(names, random)) {
        of[interned_string{"name " + std::to_string(each) + " of " + std::to_string(i)}] = each;
      }
    }
  };
  make_and_drop(500, 20);
  CHECK(strings::current().size() == strings::most_idle);
  CHECK(interned_string::interned_count() <= (strings::most_idle + 1) * 20);
  make_and_drop(4000, 20);
  CHECK(strings::current().size() == strings::most_idle);
  CHECK(interned_string::interned_count() <= (strings::most_idle + 1) * 20);
}

TEST_CASE("shape_tree: 100000 objects with a different first name each") {
  ouro::heap h;
  const ouro::heap::scope in{h};
  std::vector<attributes<int>> objects(100'000);
  std::vector<interned_string> names;
  for (std::size_t i = 0; i != objects.size(); ++i) {
    names.emplace_back("of object " + std::to_string(i));
    objects[i][names[i]] = static_cast<int>(i);
  }
  for (std::size_t i = 0; i != objects.size(); ++i) REQUIRE(objects[i].at(names[i]) == static_cast<int>(i));
  names.clear();
  objects.clear();
  CHECK(interned_string::interned_count() == strings::most_idle + 1);
}

TEST_CASE("shape_tree: attributes that outlive the end of their thread keep their names (trap 61)") {
  struct late {
    attributes<int> first;
    attributes<int> second;
    std::string* seen = nullptr;
    ~late() {
      const auto note = [this](const interned_string& name, int value) {
        *seen += std::string{name.view()} + "=" + std::to_string(value) + " ";
      };
      first.each(note);
      first.clear();
      second.each(note);
    }
  };
  std::string seen;
  std::thread{[&] {
    static thread_local late kept;  // made before the thread has shapes, and so destroyed after them
    kept.seen = &seen;
    kept.first[interned_string{"width"}] = 1;
    kept.first[interned_string{"height"}] = 2;
    kept.second[interned_string{"height"}] = 3;
    attributes<int> gone;
    gone[interned_string{"width"}] = 1;
    gone[interned_string{"depth"}] = 2;
  }}.join();
  CHECK(seen == "width=1 height=2 height=3 ");
  seen.clear();
  std::thread{[&] {
    static thread_local late kept;
    kept.seen = &seen;
    kept.second[interned_string{"in the root"}] = 1;
    kept.first[interned_string{"beside it"}] = 2;
  }}.join();
  CHECK(seen == "beside it=2 in the root=1 ");
  std::thread{[] {
    ouro::heap h;
    const ouro::heap::scope in{h};
    attributes<int> of;
    of[interned_string{"in a heap of the thread"}] = 1;
  }}.join();
}
