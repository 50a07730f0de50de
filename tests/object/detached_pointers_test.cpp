#include <ouro/object/detached_pointers.hpp>

#include <doctest/doctest.h>

namespace {

constinit ouro::detail::detached_pointers detached;

}  // namespace

TEST_CASE("detached_pointers: removes as many pointers to each object as were added, and no more") {
  const int objects[2] = {};
  CHECK_FALSE(detached.remove(&objects[0]));
  detached.add(&objects[0]);
  detached.add(&objects[1]);
  detached.add(&objects[0]);
  CHECK(detached.remove(&objects[0]));
  CHECK(detached.remove(&objects[0]));
  CHECK_FALSE(detached.remove(&objects[0]));
  CHECK(detached.remove(&objects[1]));
  CHECK_FALSE(detached.remove(&objects[1]));
}
