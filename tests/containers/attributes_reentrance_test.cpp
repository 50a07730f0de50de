// Values of attributes use their object in the middle of its operations.

#include "support/gc_settings.hpp"
#include "support/reentrance.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <new>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using namespace ouro::test;
using ouro::attributes;
using ouro::interned_string;
using ouro::ptr;

namespace {

[[nodiscard]] interned_string name(int number) { return interned_string{"n" + std::to_string(number)}; }

/// The number of attributes before an operation: few names are shared; at most_shared the next name makes them the
/// object's own; and the erasure of one above makes them shared again.
enum class size { few = 4, most_shared = 64, own = 66 };

template <size Names, class Object>
void fill(Object& items, int from) {
  for (int i = 0; i != static_cast<int>(Names); ++i) {
    items[name(from + i)] = made<typename Object::mapped_type>(from + i);
  }
}

template <class Object>
[[nodiscard]] std::vector<step<Object>> operations() {
  using home_type = home<Object>;
  using value = typename Object::mapped_type;
  return {
      {"a new name", [](home_type& at) { static_cast<void>(at.items[name(900)]); }},
      {"a new name with a value", [](home_type& at) { at.items[name(900)] = made<value>(9); }},
      {"another value", [](home_type& at) { at.items[name(1)] = made<value>(9); }},
      {"insert_or_assign of a new name", [](home_type& at) { at.items.insert_or_assign(name(900), made<value>(9)); }},
      {"insert_or_assign of an old name", [](home_type& at) { at.items.insert_or_assign(name(1), made<value>(9)); }},
      {"get_or_add",
       [](home_type& at) {
         typename Object::cache last;
         static_cast<void>(at.items.get_or_add(name(900), last));
         if (live_home<Object>() == nullptr) return;
         check_intact(at.items.get_or_add(name(1), last));
       }},
      {"many names",
       [](home_type& at) {
         for (int i = 900; i != 970 && live_home<Object>() != nullptr; ++i) static_cast<void>(at.items[name(i)]);
       }},
      {"reserve", [](home_type& at) { at.items.reserve(200); }},
      {"find", [](home_type& at) { check_intact(at.items.at(name(3))); }},
      {"each", [](home_type& at) { at.items.each([](const interned_string&, const value& of) { check_intact(of); }); }},
      {"erase the first", [](home_type& at) { CHECK(at.items.erase(name(0))); }},
      {"erase one in the middle", [](home_type& at) { CHECK(at.items.erase(name(2))); }},
      {"erase the last", [](home_type& at) { CHECK(at.items.erase(name(3))); }},
      {"erase all",
       [](home_type& at) {
         for (int i = 0; i != 90 && live_home<Object>() != nullptr; ++i) at.items.erase(name(i));
       }},
      {"clear", [](home_type& at) { at.items.clear(); }},
      {"copy from", [](home_type& at) { const Object copy{at.items}; }},
      {"copy to", [](home_type& at) { at.items = at.other; }},
      {"copy to itself", [](home_type& at) { at.items = Object{at.items}; }},
      {"move from", [](home_type& at) { const Object moved{std::move(at.items)}; }},
      {"move to", [](home_type& at) { at.items = std::move(at.other); }},
      {"swap", [](home_type& at) { at.items.swap(at.other); }},
      ending<Object>(),
  };
}

template <class Object>
[[nodiscard]] std::vector<step<Object>> actions() {
  using home_type = home<Object>;
  using value = typename Object::mapped_type;
  return {
      {"nothing", [](home_type&) {}},
      {"clear", [](home_type& at) { at.items.clear(); }},
      {"erase of the first", [](home_type& at) { at.items.erase(name(0)); }},
      {"erase of all but the last",
       [](home_type& at) {
         for (int i = 0; i != 3; ++i) at.items.erase(name(i));
       }},
      {"another value", [](home_type& at) { at.items.insert_or_assign(name(1), made<value>(7)); }},
      {"the same name", [](home_type& at) { at.items.insert_or_assign(name(900), made<value>(7)); }},
      {"a new name", [](home_type& at) { static_cast<void>(at.items[name(800)]); }},
      {"many names",
       [](home_type& at) {
         for (int i = 800; i != 880; ++i) static_cast<void>(at.items[name(i)]);
       }},
      {"reserve", [](home_type& at) { at.items.reserve(300); }},
      {"assign", [](home_type& at) { at.items = at.other; }},
      {"assign itself", [](home_type& at) { at.items = Object{at.items}; }},
      {"move to", [](home_type& at) { at.items = std::move(at.other); }},
      {"move from", [](home_type& at) { at.other = std::move(at.items); }},
      {"swap", [](home_type& at) { at.items.swap(at.other); }},
      {"iterate",
       [](home_type& at) {
         std::size_t met = 0;
         at.items.each([&](const interned_string& each, const value& of) {
           check_intact(of);
           CHECK(at.items.find(each) == &of);
           ++met;
         });
         CHECK(met == at.items.size());
       }},
      {"collect", [](home_type& at) { collect_around(at); }},
  };
}

template <size Names, class Object>
bool try_attributes(const std::vector<step<Object>>& with, moment at) {
  return try_all<Object>(&fill<Names, Object>, operations<Object>(), with, at);
}

/// Runs a test with each of these numbers of names.
template <class Object>
bool try_attributes(const std::vector<step<Object>>& with, moment at) {
  const bool has_rung[] = {try_attributes<size::few>(with, at), try_attributes<size::most_shared>(with, at),
                           try_attributes<size::own>(with, at)};
  CHECK(has_rung[0] == has_rung[1]);
  CHECK(has_rung[0] == has_rung[2]);
  return has_rung[0];
}

}  // namespace

TEST_CASE_TEMPLATE("attributes: the destructor of a value may do anything to the object", Value, ptr<pointee>,
                   element) {
  auto all = actions<attributes<Value>>();
  all.push_back(ending<attributes<Value>>());
  CHECK(try_attributes(all, moment::destruction));
}

TEST_CASE("attributes: the move, copy or construction of a value may do anything to the object but end it") {
  auto all = actions<attributes<element>>();
  CHECK(try_attributes(all, moment::move));
  all.push_back(throwing<attributes<element>>());
  CHECK(try_attributes(all, moment::copy));
  CHECK(try_attributes(all, moment::making));
}

TEST_CASE_TEMPLATE("attributes: a collection that begins inside an operation finds the attributes valid", Value,
                   ptr<pointee>, element) {
  const ouro::test::eager_collections<> eager;
  const std::vector<step<attributes<Value>>> collect{{"collect", &collect_around<attributes<Value>>}};
  CHECK(try_attributes(collect, moment::destruction));
  constexpr bool is_class = std::is_same_v<Value, element>;
  for (const moment at : {moment::making, moment::move, moment::copy}) CHECK(try_attributes(collect, at) == is_class);
}

TEST_CASE("attributes: a value that a destructor gives to a dying object is destroyed with it") {
  {
    attributes<element> items;
    items.insert_or_assign(name(1), element{1});
    bell::action = [&items] { items.insert_or_assign(name(2), element{2}); };
    bell::left = 1;
    bell::rings_at = moment::destruction;
  }
  CHECK(bell::left == 0);
  CHECK(bell::alive == 0);
  {
    attributes<element, calling_memory> items;
    items.insert_or_assign(name(1), element{1});
    bell::action = [&items] { fill<size::own>(items, 0); };  // with names of its own
    bell::left = 1;
  }
  bell::rings_at = moment::never;
  CHECK(bell::alive == 0);
  CHECK(calling_allocator::blocks == 0);
}

TEST_CASE("attributes: values are destroyed from the first to the last, as in CPython's dict") {
  std::vector<int> said;
  const auto note = [&](int id) {
    return std::shared_ptr<int>(new int{id}, [&](const int* of) {
      said.push_back(*of);
      delete of;
    });
  };
  {
    attributes<std::shared_ptr<int>> items;
    for (int i = 0; i != 4; ++i) items[name(i)] = note(i);
    CHECK(items.erase(name(1)));
    CHECK(std::exchange(said, {}) == std::vector<int>{1});
    CHECK_FALSE(items.insert_or_assign(name(2), note(5)));
    CHECK(std::exchange(said, {}) == std::vector<int>{2});
    items.clear();
    CHECK(std::exchange(said, {}) == std::vector<int>{0, 5, 3});
    for (int i = 0; i != 4; ++i) CHECK(items.insert_or_assign(name(3 - i), note(3 - i)));
  }
  CHECK(said == std::vector<int>{3, 2, 1, 0});
}

TEST_CASE("attributes: the function of each() may change the object, or end it") {
  attributes<int> items;
  for (int i = 0; i != 6; ++i) items[name(i)] = i;
  std::vector<int> met;
  items.each([&](const interned_string& each, int value) {
    met.push_back(value);
    CHECK(items.erase(each));
  });
  CHECK(std::exchange(met, {}) == std::vector<int>{0, 2, 4});
  items.each([&](const interned_string&, int value) {
    met.push_back(value);
    if (value < 9) items[name(value + 6)] = value + 6;
  });
  CHECK(std::exchange(met, {}) == std::vector<int>{1, 3, 5, 7, 9, 11, 13});
  items.each([&](const interned_string&, int value) {
    met.push_back(value);
    items.clear();
  });
  CHECK(std::exchange(met, {}) == std::vector<int>{1});

  auto ended = std::make_unique<attributes<int>>();
  for (int i = 0; i != 3; ++i) (*ended)[name(i)] = i;
  ended->each([&](const interned_string&, int value) {
    met.push_back(value);
    ended.reset();
  });
  CHECK(met == std::vector<int>{0});
}

TEST_CASE("attributes: the name of an operation may lie in a value of the same object") {
  attributes<interned_string> items;
  items[name(0)] = name(100);
  items[name(1)] = name(101);
  items[*items.find(name(1))] = name(102);  // which moves the values
  CHECK(items.at(name(101)) == name(102));
  CHECK(items.insert_or_assign(*items.find(name(101)), name(103)));
  CHECK_FALSE(items.insert_or_assign(*items.find(name(101)), name(104)));
  CHECK(items.at(name(102)) == name(104));
  items[name(2)] = name(2);
  CHECK(items.erase(*items.find(name(2))));
  CHECK_FALSE(items.contains(name(2)));
  for (int i = 200; i != 270; ++i) items[name(i)] = name(i + 1);
  CHECK(items[items.values().back()].view().empty());
  CHECK(items.erase(items.values().front()) == false);
  items[name(0)] = name(200);
  CHECK(items.erase(items.values().front()));
}

TEST_CASE("attributes: the constructor of a value may give the object the same name") {
  for (const int names : {3, 64, 70}) {
    attributes<element> items;
    for (int i = 0; i != names; ++i) items[name(i)].id = i;
    bell::action = [&] { items.insert_or_assign(name(900), element{7}); };
    bell::left = 1;
    bell::rings_at = moment::making;
    CHECK(items[name(900)].id == 7);
    bell::rings_at = moment::never;
    CHECK(bell::left == 0);
    CHECK(items.size() == static_cast<std::size_t>(names + 1));
    CHECK(items.erase(name(900)));
    CHECK_FALSE(items.contains(name(900)));
  }
}

namespace {

/// Its destructor calls the test, even of one that was moved from.
struct echo {
  static inline std::function<void()> call;
  echo() noexcept = default;
  echo(const echo&) noexcept {}
  echo& operator=(const echo&) noexcept { return *this; }
  ~echo() {
    if (const auto now = std::exchange(call, nullptr)) now();
  }
};

}  // namespace

TEST_CASE("attributes: the destructor of a moved-from value may move the values") {
  attributes<echo> items;
  echo::call = [&] { items.reserve(100); };
  const echo& got = items[name(0)];
  CHECK(echo::call == nullptr);
  CHECK(&got == items.find(name(0)));
  echo::call = [&] { CHECK(items.erase(name(1))); };
  const echo& again = items[name(1)];
  CHECK(&again == items.find(name(1)));
  CHECK(echo::call == nullptr);
  CHECK(items.size() == 2);
}

TEST_CASE("attributes: the constructor of a value may use the cache for other objects") {
  static attributes<element>::cache place;
  attributes<element> items;
  attributes<element> other;
  other[name(50)];
  other[name(51)];
  bell::action = [&] { other.get_or_add(name(900), place); };
  bell::left = 1;
  bell::rings_at = moment::making;
  items.get_or_add(name(900), place).id = 7;
  bell::rings_at = moment::never;
  CHECK(items.size() == 1);
  CHECK(items.at(name(900)).id == 7);
  CHECK(other.size() == 3);
  CHECK(other.at(name(900)).id == 0);
  attributes<element> same;
  same.get_or_add(name(900), place);
  CHECK(same.has_shape_of(items));
}

TEST_CASE("attributes: a reservation beyond the largest size throws bad_alloc") {
  attributes<int> items;
  items[name(0)] = 1;
  CHECK_THROWS_AS(items.reserve(static_cast<std::size_t>(-1)), std::bad_alloc);
  CHECK_THROWS_AS(items.reserve(std::size_t{1} << 32), std::bad_alloc);
  CHECK(items.at(name(0)) == 1);
}

TEST_CASE("attributes: the function of each() may give names to objects that share the shape") {
  attributes<int> of;
  attributes<int> other;
  for (int i = 0; i != 10; ++i) of[interned_string{"shared by both " + std::to_string(i)}] = i;
  attributes<int> shorter{of};
  int seen = 0;
  of.each([&](const interned_string& name, int value) {
    other = of;
    for (int i = 0; i != 50; ++i) other[interned_string{"of the other " + std::to_string(i)}] = i;
    CHECK(name.view() == "shared by both " + std::to_string(value));
    ++seen;
  });
  CHECK(seen == 10);
}
