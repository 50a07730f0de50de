#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

using ouro::interned_string;
using ouro::small_int;

using interned_text = ouro::interned<std::string>;

static_assert(sizeof(interned_string) == sizeof(void*) && sizeof(small_int) == sizeof(void*) &&
              sizeof(interned_text) == sizeof(void*));
static_assert(ouro::interned_object<interned_string> && ouro::interned_object<small_int> &&
              ouro::interned_object<interned_text>);
static_assert(!ouro::interned_object<ouro::ptr<int>> && !ouro::interned_object<std::string>);
static_assert(std::is_nothrow_move_constructible_v<interned_text> &&
              std::is_nothrow_copy_constructible_v<interned_text>);

TEST_CASE("interned: is, id, size_of, ref_count and hash_value of a handle are those of its object") {
  const interned_text one{"a string that is interned as an object"};
  const interned_text same{"a string that is interned as an object"};
  const interned_text other{"another one"};
  CHECK(ouro::is(one, same));
  CHECK_FALSE(ouro::is(one, other));
  CHECK(ouro::id(one) == ouro::id(one.pointer()));
  CHECK(ouro::id(one) != ouro::id(other));
  CHECK(ouro::size_of(one) == ouro::size_of(one.pointer()));
  CHECK(ouro::size_of(one) >= sizeof(std::string));
  CHECK(ouro::ref_count(one) == 2);
  CHECK(ouro::ref_count(other) == 1);
  CHECK(hash_value(one) == hash_value(one.pointer()));
}

TEST_CASE("interned: a copy of a handle takes one count, and a move none") {
  interned_string name{"a name of its own"};
  CHECK(ouro::ref_count(name) == 1);
  const interned_string copy = name;
  CHECK(ouro::ref_count(name) == 2);
  const interned_string moved = std::move(name);
  CHECK(ouro::ref_count(moved) == 2);
  CHECK(ouro::is(moved, copy));
}
