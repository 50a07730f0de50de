#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <type_traits>

using memory_without_collector = ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>;

static_assert(ouro::collector_policy<ouro::no_collector> && !ouro::finds_cycles<ouro::no_collector>);
static_assert(std::is_empty_v<ouro::no_collector>);

TEST_CASE("no_collector: nothing is counted, and nothing is tracked") {
  using memory = memory_without_collector;
  const auto object = memory::make<int>(1);
  const auto copy = object;
  CHECK(memory::gc::count(0) == 0);
  CHECK(memory::gc::count() == 0);
  CHECK(memory::gc::stats().collections == 0);
  CHECK(memory::gc::stats(1).collections == 0);
  CHECK_FALSE(memory::gc::is_enabled());
  CHECK_FALSE(memory::gc::is_tracked(object));
}

TEST_CASE("no_collector: a collection finds nothing, and automatic ones are never enabled") {
  using memory = memory_without_collector;
  CHECK(memory::gc::collect() == 0);
  CHECK(memory::gc::count() == 0);
  CHECK_FALSE(memory::gc::is_enabled());
}
