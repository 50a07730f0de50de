#include "support/tracing.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

using ouro::test::large;
using ouro::test::small;
using ouro::test::traced;
using ouro::test::tracing;
using memory = ouro::test::traced_memory;

TEST_CASE("traced_allocator: blocks made before tracing began are not counted when they go") {
  CHECK_FALSE(traced::is_tracing());
  auto early = memory::make<small>();
  const tracing on;
  CHECK(traced::is_tracing());
  early.reset();
  CHECK(traced::traced_bytes() == 0);
  CHECK(traced::take_snapshot().entries().empty());
}

TEST_CASE("traced_allocator: nothing that was traced is left when it stops") {
  const auto lives = [] {
    const tracing on;
    return memory::make<small>();
  }();
  CHECK(traced::traced_bytes() == 0);
  CHECK(traced::traced_peak() == 0);
  const tracing again;
  CHECK(traced::take_snapshot().entries().empty());
}

TEST_CASE("traced_allocator: knows the bytes in use and their peak") {
  const tracing on;
  {
    const auto one = memory::make<large>();
    CHECK(traced::traced_bytes() == ouro::size_of(one));
  }
  CHECK(traced::traced_bytes() == 0);
  CHECK(traced::traced_peak() == ouro::size_of(memory::make<large>()));
  traced::reset_peak();
  CHECK(traced::traced_peak() == 0);
}

TEST_CASE("traced_allocator: calls are told apart where the platform tells them") {
  const tracing on{0, 16};
  std::vector<memory::ptr<small>> made;
  for (int i = 0; i != 2; ++i) {
    made.push_back(memory::make<small>());
    made.push_back(memory::make<small>());
  }
  const auto snapshot = traced::take_snapshot();
  if (!snapshot.entries().front().trace.frames.empty()) {
    // Two places in this function, met twice each.
    REQUIRE(snapshot.entries().size() == 2);
    CHECK(snapshot.entries()[0].blocks == 2);
    CHECK(snapshot.folded().find(';') != std::string::npos);
  }
}

TEST_CASE("traced_allocator: the containers of a program are traced by their elements' type") {
  const tracing on;
  std::vector<double, memory::std_allocator<double>> numbers(10);
  const auto top = traced::take_snapshot().top();
  REQUIRE(top.size() == 1);
  CHECK(top[0].trace.type == "double");
  CHECK(top[0].bytes == 80);
}

TEST_CASE("traced_allocator: blocks of no known type are called unknown; trim is passed on to the allocator below") {
  const tracing on;
  void* const block = traced::allocate(48, 8);
  const auto entries = traced::take_snapshot().entries();
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].trace.type == "unknown");
  CHECK(entries[0].bytes == 48);
  traced::deallocate(block, 48, 8);
  std::vector<void*> many;
  for (int i = 0; i != 10'000; ++i) many.push_back(traced::allocate(1000, 8));
  for (void* const each : many) traced::deallocate(each, 1000, 8);
  traced::trim();
  const std::size_t arenas = ouro::pool_allocator::statistics().arenas;
  ouro::pool_allocator::trim();
  CHECK(ouro::pool_allocator::statistics().arenas == arenas);
}

TEST_CASE("traced_allocator: notes the innermost scopes, as many as were asked for") {
  const tracing on{1};
  const ouro::allocation_scope outer{"outer"};
  const ouro::allocation_scope inner{"inner"};
  const auto object = memory::make<small>();
  const auto entries = traced::take_snapshot().entries();
  REQUIRE(entries.size() == 1);
  REQUIRE(entries[0].trace.scopes.size() == 1);
  CHECK(entries[0].trace.scopes[0].name == "inner");
}

TEST_CASE("traced_allocator: a request that its allocator refuses is not noted") {
  struct no_memory {
    static void* allocate(std::size_t, std::size_t) noexcept { return nullptr; }
    static void deallocate(void*, std::size_t, std::size_t) noexcept {}
  };
  using over_nothing = ouro::traced_allocator<no_memory>;
  over_nothing::start();
  CHECK(over_nothing::allocate(8, 8) == nullptr);
  CHECK(over_nothing::traced_bytes() == 0);
  over_nothing::stop();
}
