#include "support/counted.hpp"
#include "support/gc_settings.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using ouro::test::counted;

namespace {

struct button : counted<button> {
  void trace(auto&& visit) { visit(on_click); }

  ouro::function<int(int)> on_click;
};

struct fixture : ouro::test::none_left<button>, ouro::test::explicit_collections<> {};

int twice(int number) { return 2 * number; }

struct adder {
  int plus(int number) const { return value + number; }
  int value = 1;
};

/// Too large for the room in a function, and throws when it is copied for the time that `throws_after` says.
struct large : counted<large> {
  large() = default;
  large(const large& from) : counted<large>{from} {
    std::ranges::copy(from.numbers, numbers);
    if (throws_after != 0 && --throws_after == 0) throw std::runtime_error{"copy"};
  }
  large& operator=(const large&) = default;
  ~large() = default;
  int operator()(int number) const { return numbers[0] + number; }
  void trace(auto&&) {}

  static inline int throws_after = 0;
  int numbers[16] = {5};
};

/// Looks, while it is destroyed, at the function that held it.
struct asks : counted<asks> {
  explicit asks(button& of) : owner{&of} {}
  asks(const asks&) = default;
  asks& operator=(const asks&) = default;
  ~asks() {
    if (seen != nullptr) *seen = !owner->on_click;
  }
  int operator()(int number) const { return number; }
  void trace(auto&&) {}
  button* owner;
  bool* seen = nullptr;
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "function: a cycle through a closure is collected") {
  {
    const auto made = ouro::make<button>();
    made->on_click =
        ouro::capture(made, [](auto& self, int plus) { return static_cast<int>(self.use_count()) + plus; });
    CHECK(made.use_count() == 2);
    CHECK(made->on_click(5) == 7);
    const auto copy = made->on_click;
    CHECK(copy(5) == 8);
    CHECK(ouro::gc::collect() == 0);
  }
  CHECK(button::alive == 1);
  CHECK(ouro::gc::collect() == 1);
}

TEST_CASE_FIXTURE(fixture, "function: captures of any size hold what they capture, once each") {
  const auto first = ouro::make<button>();
  const auto second = ouro::make<button>();
  {
    const std::string text(100, 'x');
    ouro::function<std::size_t()> call = ouro::capture(
        first, second, std::vector{first, first}, text, [](auto& one, auto& two, auto& many, const std::string& words) {
          return static_cast<std::size_t>(one.use_count() + two.use_count()) + many.size() + words.size();
        });
    CHECK(first.use_count() == 4);
    CHECK(second.use_count() == 2);
    CHECK(call() == 4 + 2 + 2 + 100);
    auto moved = std::move(call);
    CHECK_FALSE(call);  // NOLINT(bugprone-use-after-move): null is promised
    CHECK(first.use_count() == 4);
    call = moved;
    CHECK(first.use_count() == 7);
  }
  CHECK(first.use_count() == 1);
  CHECK(second.use_count() == 1);
}

TEST_CASE("function: takes functions, members, lambdas without captures and classes") {
  ouro::function<int(int)> call = twice;
  CHECK(call(3) == 6);
  CHECK(call.target<int (*)(int)>() != nullptr);
  CHECK((*call.target<int (*)(int)>() == &twice));
  CHECK(call.target<adder>() == nullptr);
  call = [](int number) { return number - 1; };
  CHECK(call(3) == 2);
  call = large{};
  CHECK(call(3) == 8);
  CHECK(call.target<large>()->numbers[0] == 5);
  call = nullptr;
  CHECK(large::alive == 0);
  CHECK(call == nullptr);
  CHECK_THROWS_AS(call(1), std::bad_function_call);
  int (*none)(int) = nullptr;
  CHECK_FALSE(ouro::function<int(int)>{none});
  const ouro::function<int(const adder&, int)> member = &adder::plus;
  CHECK(member(adder{}, 4) == 5);
  ouro::function<void(int)> drops_result = twice;
  drops_result(1);
  static_assert(!std::is_constructible_v<ouro::function<int(int)>, int>);
  static_assert(!std::is_constructible_v<ouro::function<int(int)>, std::unique_ptr<int>>);
  static_assert(sizeof(ouro::function<void()>) == 4 * sizeof(void*));
}

TEST_CASE("function: arguments and results are passed on as they are") {
  ouro::function<std::unique_ptr<int>(std::unique_ptr<int>, int&)> call =
      ouro::capture(1, [](int& captured, std::unique_ptr<int> owned, int& changed) {
        *owned += ++captured;
        changed = captured;
        return owned;
      });
  int changed = 0;
  CHECK(*call(std::make_unique<int>(5), changed) == 7);
  CHECK(changed == 2);
  CHECK(*call(std::make_unique<int>(5), changed) == 8);  // its own copy of what was captured
}

TEST_CASE("function: a copy that throws changes nothing") {
  {
    ouro::function<int(int)> from = large{};
    ouro::function<int(int)> to = twice;
    large::throws_after = 1;
    CHECK_THROWS_AS(to = from, std::runtime_error);
    CHECK(to(4) == 8);
    CHECK(from(1) == 6);
    CHECK(large::alive == 1);
    swap(from, to);
    CHECK(to(1) == 6);
    CHECK(from(4) == 8);
  }
  CHECK(large::alive == 0);
}

TEST_CASE_FIXTURE(fixture, "function: is empty before the callable that it drops is destroyed") {
  const auto made = ouro::make<button>();
  bool was_empty = false;
  made->on_click = asks{*made};
  made->on_click.target<asks>()->seen = &was_empty;
  made->on_click = nullptr;
  CHECK(was_empty);
}
