#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using storage = std::vector<int>;
using storage_pin = ouro::detail::storage_pin<storage>;

TEST_CASE("storage_pin: is found by the address of the pinned storage, wherever that has been moved") {
  storage numbers{1, 2, 3};
  const storage others{4};
  CHECK(storage_pin::of(numbers) == nullptr);
  {
    const storage_pin pin{numbers};
    CHECK(storage_pin::of(numbers) == &pin);
    CHECK(storage_pin::of(others) == nullptr);
    CHECK(pin.size() == 3);
    CHECK(storage(pin.begin(), pin.end()) == numbers);
    storage moved = std::move(numbers);
    CHECK(storage_pin::of(moved) == &pin);
    CHECK_FALSE(pin.is_of(others));
    numbers = std::move(moved);
  }
  CHECK(storage_pin::of(numbers) == nullptr);
}

TEST_CASE("storage_pin: of several pins of one storage the outermost is found, and keeps the elements until it ends") {
  storage numbers{1, 2, 3};
  storage_pin outer{numbers};
  {
    const storage_pin inner{numbers};
    storage_pin* const found = storage_pin::of(numbers);
    REQUIRE(found == &outer);
    // What a container does that changes its elements while they are pin.
    storage next{1, 2, 3, 4};
    found->kept() = std::exchange(numbers, std::move(next));
    CHECK(storage_pin::of(numbers) == nullptr);
    CHECK(storage(inner.begin(), inner.end()) == storage{1, 2, 3});
  }
  CHECK(storage(outer.begin(), outer.end()) == storage{1, 2, 3});
}

TEST_CASE("storage_pin: storage without elements is never pinned") {
  const storage none;
  const storage_pin pin{none};
  CHECK(pin.size() == 0);
  CHECK(storage_pin::of(none) == nullptr);
}

TEST_CASE("storage_pin: copied_or_moved leaves an element as it was, if its copies run no code of the program") {
  using ouro::detail::copied_or_moved;
  std::string text = "long enough to be allocated by itself";
  CHECK(copied_or_moved(text) == text);
  CHECK(text.size() == 37);
  auto number = std::make_unique<int>(1);
  CHECK(*copied_or_moved(number) == 1);
  CHECK(number == nullptr);
  static_assert(std::is_same_v<decltype(copied_or_moved(text)), std::string>);
}
