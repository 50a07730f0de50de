#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using storage = std::vector<int>;
using loan = ouro::detail::loan<storage>;

TEST_CASE("loan: is found by the address of the lent storage, wherever that has been moved") {
  storage numbers{1, 2, 3};
  const storage others{4};
  CHECK(loan::of(numbers) == nullptr);
  {
    const loan lent{numbers};
    CHECK(loan::of(numbers) == &lent);
    CHECK(loan::of(others) == nullptr);
    CHECK(lent.size() == 3);
    CHECK(storage(lent.begin(), lent.end()) == numbers);
    storage moved = std::move(numbers);
    CHECK(loan::of(moved) == &lent);
    CHECK_FALSE(lent.is_of(others));
    numbers = std::move(moved);
  }
  CHECK(loan::of(numbers) == nullptr);
}

TEST_CASE("loan: of several of one storage the outermost is found, and keeps the elements until it ends") {
  storage numbers{1, 2, 3};
  loan outer{numbers};
  {
    const loan inner{numbers};
    loan* const found = loan::of(numbers);
    REQUIRE(found == &outer);
    // What a container does that changes its elements while they are lent.
    storage next{1, 2, 3, 4};
    found->kept() = std::exchange(numbers, std::move(next));
    CHECK(loan::of(numbers) == nullptr);
    CHECK(storage(inner.begin(), inner.end()) == storage{1, 2, 3});
  }
  CHECK(storage(outer.begin(), outer.end()) == storage{1, 2, 3});
}

TEST_CASE("loan: storage without elements is never lent") {
  const storage none;
  const loan lent{none};
  CHECK(lent.size() == 0);
  CHECK(loan::of(none) == nullptr);
}

TEST_CASE("loan: copied_or_moved leaves an element as it was, if its copies run no code of the program") {
  using ouro::detail::copied_or_moved;
  std::string text = "long enough to be allocated by itself";
  CHECK(copied_or_moved(text) == text);
  CHECK(text.size() == 37);
  auto number = std::make_unique<int>(1);
  CHECK(*copied_or_moved(number) == 1);
  CHECK(number == nullptr);
  static_assert(std::is_same_v<decltype(copied_or_moved(text)), std::string>);
}
