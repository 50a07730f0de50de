#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>

namespace {

using shape = ouro::detail::shape<int>;
using tree = ouro::detail::shape_tree<int>;

/// Enters the shape of an object with these names.
template <std::size_t Count>
shape& shape_of(tree& in, const int (&names)[Count]) {
  shape* at = &in.root();
  for (std::size_t i = 0; i != Count; ++i) at = &in.follow(*at, i, names[i]);
  at->enter();
  return *at;
}

}  // namespace

TEST_CASE("shape: an object finds the names that it has, and not those of others that share the shape") {
  tree names;
  shape& of = shape_of(names, {10, 20, 30});
  CHECK(of.name(0) == 10);
  CHECK(of.name(2) == 30);
  CHECK(of.find(20, 3) == 1);
  CHECK(of.find(30, 3) == 2);
  CHECK(of.find(30, 2) == shape::none);  // of an object that has got the first two only
  CHECK(of.find(40, 3) == shape::none);
  CHECK(of.continues_with(2, 30));
  CHECK_FALSE(of.continues_with(1, 30));
  CHECK_FALSE(of.continues_with(3, 40));
  CHECK(&of.tree() == &names);
  CHECK(of.bytes() >= sizeof of + 3 * sizeof(int));
  of.leave();
}

TEST_CASE("shape: objects that go different ways have different shapes, whose serial numbers never come again") {
  tree names;
  shape& first = shape_of(names, {1, 2});
  shape& same = shape_of(names, {1, 2});
  shape& other = shape_of(names, {1, 3});
  CHECK(&first == &same);
  CHECK(&first != &other);
  CHECK(first.serial != other.serial);
  CHECK(first.serial % shape::step == 0);
  CHECK(other.serial % shape::step == 0);
  CHECK(first.serial < shape::unshared);
  CHECK(other.find(1, 2) == 0);
  CHECK(other.find(3, 2) == 1);
  for (shape* const each : {&first, &same, &other}) each->leave();
}
