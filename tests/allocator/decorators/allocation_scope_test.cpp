#include "support/tracing.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <thread>

using ouro::test::small;
using ouro::test::traced;
using ouro::test::tracing;
using memory = ouro::test::traced_memory;

TEST_CASE("allocation_scope: a scope without a name is called by its place") {
  const tracing on{8};
  const ouro::allocation_scope here;
  const auto one = memory::make<small>();
  CHECK(traced::take_snapshot().folded().find("allocation_scope_test.cpp:") != std::string::npos);
}

TEST_CASE("allocation_scope: scopes nest, and each thread has its own") {
  using ouro::allocation_scope;
  REQUIRE(allocation_scope::innermost() == nullptr);
  {
    const allocation_scope outer{"outer"};
    CHECK(allocation_scope::innermost() == &outer);
    CHECK(outer.outer() == nullptr);
    {
      const allocation_scope inner{"inner"};
      CHECK(allocation_scope::innermost() == &inner);
      CHECK(inner.outer() == &outer);
      std::thread{[] { CHECK(allocation_scope::innermost() == nullptr); }}.join();
    }
    CHECK(allocation_scope::innermost() == &outer);
  }
  CHECK(allocation_scope::innermost() == nullptr);
}

TEST_CASE("allocation_scope: knows its name, its file and its line") {
  const ouro::allocation_scope first{"first"};
  const ouro::allocation_scope second;
  CHECK(first.site().name == "first");
  CHECK(second.site().name.empty());
  CHECK(std::string_view{first.site().file}.ends_with("allocation_scope_test.cpp"));
  CHECK(second.site().line == first.site().line + 1);
}
