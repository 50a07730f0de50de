#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <random>
#include <stdexcept>
#include <string>
#include <type_traits>
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
  CHECK(sizeof one <= 3 * sizeof(void*));
  CHECK(one.shared_bytes() == two.shared_bytes());
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
  CHECK(copy.size() == 3);
  CHECK(sizeof copy == sizeof(void*));
  CHECK(ouro::size_of(copy.block()) == 2 * sizeof(std::size_t) + 3 * sizeof(int));
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
