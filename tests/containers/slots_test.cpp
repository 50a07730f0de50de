#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace {

struct point {
  double x = 0;
  double y = 0;
  std::string label;
};

}  // namespace

template <>
inline constexpr auto ouro::slots_of<point> =
    std::tuple{ouro::slot("x", &point::x), ouro::slot("y", &point::y), ouro::slot("label", &point::label)};

TEST_CASE("slots: members are reached by name, and the object is not a byte larger") {
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

TEST_CASE("slots: names may be known at run time only") {
  std::string name = "label";
  CHECK(ouro::slots<point>::contains(name));
  name += "s";
  CHECK_FALSE(ouro::slots<point>::contains(name));
  point here{1, 2, "here"};
  CHECK_FALSE(ouro::slots<point>::visit(here, name, [](auto&) {}));
  CHECK(ouro::slots<point>::find<double>(here, "label") == nullptr);
  CHECK(ouro::slots<point>::find<double>(here, "y") == &here.y);
}
