#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using ouro::attributes;
using ouro::interned_string;

namespace {

interned_string operator""_name(const char* text, std::size_t length) { return interned_string{{text, length}}; }

}  // namespace

TEST_CASE("attributes: objects that got the same names in the same order share their shape") {
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

TEST_CASE("attributes: values lie side by side in the order of their names, and can be read and written") {
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

TEST_CASE("attributes: an erased attribute takes its name along, and the others keep their order") {
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

TEST_CASE("attributes: a cache finds what a search finds, for each shape") {
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

TEST_CASE("attributes: objects that get a name through one cache share the shape") {
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

TEST_CASE("attributes: the values keep their addresses in a move or swap") {
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

TEST_CASE("attributes: all empty objects have one shape, and share nothing else") {
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

TEST_CASE("attributes: the values keep their addresses while there is reserved room") {
  attributes<int> of;
  of.reserve(5);
  CHECK(of.own_bytes() == sizeof of + 6 * sizeof(int));
  const int* const first = &of["a"_name];
  for (const char* const name : {"b", "c", "d", "e"}) of[interned_string{name}] = 1;
  CHECK(of.find("a"_name) == first);
}

namespace {

using strings = ouro::detail::shape_tree<interned_string>;

}  // namespace

TEST_CASE("attributes: a cache is not misled by a new shape at the address of one that has ended") {
  ouro::heap h;
  const ouro::heap::scope in{h};
  attributes<int>::cache cache;
  const interned_string wanted{"wanted"};
  for (int round = 0; round != 2000; ++round) {
    attributes<int> of;
    // With another cache each time, and after names that no object has had before.
    for (int i = 0; i != round % 7; ++i) {
      of[interned_string{"in front " + std::to_string(i) + " in round " + std::to_string(round)}] = -1;
    }
    const bool has = round % 3 != 0;
    if (has) of[wanted] = round;
    of[interned_string{"behind, in round " + std::to_string(round)}] = -2;
    const int* const found = of.find(wanted, cache);
    REQUIRE((found != nullptr) == has);
    if (has) REQUIRE(*found == round);
  }
}

TEST_CASE("attributes: a cache does not give an object a shape that has ended") {
  ouro::heap h;
  const ouro::heap::scope in{h};
  attributes<int>::cache cache;
  const interned_string base{"base"};
  const interned_string added{"added"};
  attributes<int> kept;
  kept[base] = 0;
  kept[interned_string{"another"}] = 0;
  for (int round = 0; round != 3; ++round) {
    {
      attributes<int> one;
      attributes<int> two;
      one[base] = 1;
      two[base] = 2;
      one.get_or_add(added, cache) = 3;
      two.get_or_add(added, cache) = 4;
      CHECK(one.has_shape_of(two));
      CHECK_FALSE(one.has_shape_of(kept));
      CHECK(one.at(added) == 3);
      CHECK(two.at(added) == 4);
    }
    const std::size_t before = strings::current().freed();
    for (std::size_t i = 0; i <= strings::most_idle; ++i) {
      attributes<int> of;
      of[interned_string{"in round " + std::to_string(round) + ", " + std::to_string(i)}] = 0;
    }
    CHECK(strings::current().freed() > before);
  }
}

namespace {

struct picky {
  int value = 0;
  picky() {
    if (at_making) at_making();
  }
  static inline std::function<void()> at_making;
};

}  // namespace

TEST_CASE("attributes: a value whose constructor throws, or drops objects, leaves the shape as it was") {
  attributes<picky> of;
  of[interned_string{"one"}];
  attributes<picky> same{of};
  same[interned_string{"two"}];
  of[interned_string{"other way"}];
  std::vector<attributes<picky>> others(100);
  picky::at_making = [&] { throw 1; };
  CHECK_THROWS_AS(of[interned_string{"three"}], int);
  CHECK_THROWS_AS(others[0][interned_string{"a first name"}], int);
  picky::at_making = nullptr;
  CHECK(of.size() == 2);
  CHECK(of.has_shape_of(attributes<picky>{of}));
  for (int i = 0; i != 100; ++i) {
    others[static_cast<std::size_t>(i)][interned_string{"to be dropped " + std::to_string(i)}];
  }
  picky::at_making = [&] { others.clear(); };
  of[interned_string{"three"}];
  picky::at_making = nullptr;
  std::string names;
  of.each([&](const interned_string& name, const picky&) { names += name.view(); });
  CHECK(names == "oneother waythree");
}
