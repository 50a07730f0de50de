#include <ouro/trace/aggregate.hpp>

#include <doctest/doctest.h>

#include <any>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using ouro::detail::count_members;
using ouro::detail::sees_members;
using ouro::detail::with_members;

namespace {

// Declares `eights` times eight members, and `more`: a template cannot declare any number of members.
#define OURO_TEST_MORE_0(m)
#define OURO_TEST_MORE_1(m) int m##1;
#define OURO_TEST_MORE_2(m) OURO_TEST_MORE_1(m) int m##2;
#define OURO_TEST_MORE_3(m) OURO_TEST_MORE_2(m) int m##3;
#define OURO_TEST_MORE_4(m) OURO_TEST_MORE_3(m) int m##4;
#define OURO_TEST_MORE_5(m) OURO_TEST_MORE_4(m) int m##5;
#define OURO_TEST_MORE_6(m) OURO_TEST_MORE_5(m) int m##6;
#define OURO_TEST_MORE_7(m) OURO_TEST_MORE_6(m) int m##7;
#define OURO_TEST_MORE_8(m) OURO_TEST_MORE_7(m) int m##8;
#define OURO_TEST_EIGHTS_0
#define OURO_TEST_EIGHTS_1 OURO_TEST_MORE_8(a)
#define OURO_TEST_EIGHTS_2 OURO_TEST_EIGHTS_1 OURO_TEST_MORE_8(b)
#define OURO_TEST_EIGHTS_3 OURO_TEST_EIGHTS_2 OURO_TEST_MORE_8(c)
#define OURO_TEST_EIGHTS_4 OURO_TEST_EIGHTS_3 OURO_TEST_MORE_8(d)
#define OURO_TEST_EIGHTS_5 OURO_TEST_EIGHTS_4 OURO_TEST_MORE_8(e)
#define OURO_TEST_EIGHTS_6 OURO_TEST_EIGHTS_5 OURO_TEST_MORE_8(f)
#define OURO_TEST_EIGHTS_7 OURO_TEST_EIGHTS_6 OURO_TEST_MORE_8(g)

template <std::size_t N>
struct of;

#define OURO_TEST_OF(eights, more)                        \
  template <>                                             \
  struct of<8 * eights + more> {                          \
    OURO_TEST_EIGHTS_##eights OURO_TEST_MORE_##more(last) \
  };
// clang-format off
#define OURO_TEST_OF_EIGHTS_AND_MORE(eights)                                                      \
  OURO_TEST_OF(eights, 1) OURO_TEST_OF(eights, 2) OURO_TEST_OF(eights, 3) OURO_TEST_OF(eights, 4) \
  OURO_TEST_OF(eights, 5) OURO_TEST_OF(eights, 6) OURO_TEST_OF(eights, 7) OURO_TEST_OF(eights, 8)
// clang-format on

OURO_TEST_OF(0, 0)
OURO_TEST_OF_EIGHTS_AND_MORE(0)
OURO_TEST_OF_EIGHTS_AND_MORE(1)
OURO_TEST_OF_EIGHTS_AND_MORE(2)
OURO_TEST_OF_EIGHTS_AND_MORE(3)
OURO_TEST_OF_EIGHTS_AND_MORE(4)
OURO_TEST_OF_EIGHTS_AND_MORE(5)
OURO_TEST_OF_EIGHTS_AND_MORE(6)
OURO_TEST_OF_EIGHTS_AND_MORE(7)

struct one_too_many {
  of<64> most;
  OURO_TEST_EIGHTS_7 OURO_TEST_MORE_8(h)
};

template <std::size_t N>
void check_members_of() {
  CAPTURE(N);
  of<N> object{};
  std::size_t in_place = 0;
  const std::size_t named = with_members(object, [&](auto&... each) {
    ((in_place += reinterpret_cast<char*>(&each) == reinterpret_cast<char*>(&object) + in_place * sizeof(int)), ...);
    return sizeof...(each);
  });
  CHECK(count_members<of<N>>() == N);
  CHECK(named == N);
  CHECK(in_place == N);
}

}  // namespace

TEST_CASE("aggregate: up to 64 members are visited in their order") {
  [&]<std::size_t... N>(std::index_sequence<N...>) { (check_members_of<N>(), ...); }(std::make_index_sequence<65>{});
  CHECK(sees_members<one_too_many>() == ouro::has_reflection);
}

TEST_CASE("aggregate: an array or an aggregate is visited as one member, and members may be changed") {
  struct inner {
    int x, y;
  };
  struct outer {
    int numbers[3];
    inner pair;
    std::string name;
  };
  static_assert(count_members<outer>() == 3);
  outer object{};
  with_members(object, [](int(&numbers)[3], inner& pair, std::string& name) {
    numbers[2] = 1;
    pair.y = 2;
    name = "three";
  });
  CHECK(object.numbers[2] == 1);
  CHECK(object.pair.y == 2);
  CHECK(object.name == "three");

  const outer& constant = object;
  CHECK(with_members(constant, [](const int(&)[3], const inner&, const std::string& name) { return name.size(); }) ==
        5);
}

TEST_CASE("aggregate: a first member that takes any value is no base class") {
  struct cell {
    std::any value;
    int number;
  };
  struct holder {
    cell first;
    std::string name;
  };
  static_assert(!ouro::detail::has_base<cell> && !ouro::detail::has_base<holder>);
  holder object{{5, 6}, "name"};
  with_members(object, [](cell& first, std::string&) {
    with_members(first, [](std::any& value, int& number) { number += std::any_cast<int>(value); });
  });
  CHECK(object.first.number == 11);
}

TEST_CASE("aggregate: a member that is a reference is no part of the object") {
  struct holder {
    int number;
    const std::string& text;
    unsigned bits : 3;
  };
  const std::string text = "elsewhere";
  const holder object{5, text, 6};
  with_members(object, [&](const int& number, const auto& other, const unsigned& bits) {
    CHECK(&number == &object.number);
    CHECK(std::is_empty_v<std::remove_cvref_t<decltype(other)>> != ouro::has_reflection);
    CHECK(bits == 6);
  });
}

TEST_CASE("aggregate: a vector of what cannot be copied is one member") {
  struct holder {
    std::vector<std::unique_ptr<int>> many;
    std::string name;
  };
  static_assert(count_members<holder>() == 2);
  holder object;
  object.many.push_back(std::make_unique<int>(3));
  CHECK(with_members(object, [](const auto& many, const auto&) { return *many[0]; }) == 3);
}
