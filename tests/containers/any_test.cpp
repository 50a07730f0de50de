#include "support/counted.hpp"
#include "support/gc_settings.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <any>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

using ouro::any;
using ouro::any_cast;
using ouro::test::counted;

namespace {

struct cell : counted<cell> {
  void trace(auto&& visit) { visit(value); }

  ouro::any value;
};

struct fixture : ouro::test::none_left<cell>, ouro::test::explicit_collections<> {};

struct throws_when_made : counted<throws_when_made> {
  explicit throws_when_made(int) { throw std::runtime_error{"made"}; }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "any: a cycle through a value is collected, small or large") {
  {
    const auto first = ouro::make<cell>();
    first->value = first;
    const auto second = ouro::make<cell>();
    second->value = std::vector<any>{any{second}, any{std::vector{second, second}}, any{std::string(50, 'x')}};
    CHECK(first.use_count() == 2);
    CHECK(second.use_count() == 4);
    CHECK(ouro::gc::collect() == 0);
    CHECK(second.use_count() == 4);
  }
  CHECK(cell::alive == 2);
  CHECK(ouro::gc::collect() == 2);
}

TEST_CASE("any: gives back a value of its type alone") {
  any value = 5;
  CHECK(value.has_value());
  CHECK(any_cast<int>(value) == 5);
  CHECK(any_cast<long>(&value) == nullptr);
  CHECK_THROWS_AS(static_cast<void>(any_cast<double>(value)), std::bad_any_cast);
  any_cast<int&>(value) = 6;
  CHECK(any_cast<const int&>(std::as_const(value)) == 6);
  CHECK(*any_cast<int>(&std::as_const(value)) == 6);
  CHECK(value.type() == typeid(int));
  value = std::string{"text"};
  CHECK(any_cast<std::string>(std::move(value)) == "text");
  CHECK(any_cast<const std::string&>(value).empty());  // moved from, by the cast of an rvalue
  value.reset();
  CHECK(value.type() == typeid(void));
  CHECK_FALSE(value.has_value());
  CHECK(any_cast<int>(static_cast<any*>(nullptr)) == nullptr);
  CHECK_THROWS_AS(static_cast<void>(any_cast<int>(value)), std::bad_any_cast);
}

TEST_CASE_FIXTURE(fixture, "any: copies and moves count as the value does") {
  const auto kept = ouro::make<cell>();
  any first = kept;
  CHECK(kept.use_count() == 2);
  any second = first;
  CHECK(kept.use_count() == 3);
  any third = std::move(first);
  CHECK_FALSE(first.has_value());  // NOLINT(bugprone-use-after-move): empty is promised
  CHECK(kept.use_count() == 3);
  any text = std::string(100, 'x');
  const void* const place = any_cast<std::string>(&text);
  swap(third, text);
  CHECK(any_cast<std::string>(&third) == place);  // a large value does not move
  CHECK(any_cast<ouro::ptr<cell>>(text) == kept);
  swap(text, text);
  CHECK(any_cast<ouro::ptr<cell>>(text) == kept);
  second = text;
  CHECK(kept.use_count() == 3);
  second.emplace<std::vector<ouro::ptr<cell>>>(4, kept);
  CHECK(kept.use_count() == 6);
  second = 1;
  CHECK(kept.use_count() == 2);
}

TEST_CASE("any: is empty after a constructor that throws, and made by make_any") {
  any value = 1;
  CHECK_THROWS_AS(value.emplace<throws_when_made>(1), std::runtime_error);
  CHECK_FALSE(value.has_value());
  CHECK(throws_when_made::alive == 0);
  value = ouro::make_any<std::vector<int>>(3, 7);
  CHECK(any_cast<std::vector<int>&>(value) == std::vector{7, 7, 7});
  static_assert(!std::is_constructible_v<any, std::unique_ptr<int>>);
  static_assert(std::is_nothrow_move_constructible_v<any>);
  static_assert(sizeof(any) == 4 * sizeof(void*));
}
