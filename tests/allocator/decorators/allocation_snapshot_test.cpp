#include "support/tracing.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

using ouro::test::large;
using ouro::test::small;
using ouro::test::traced;
using ouro::test::tracing;
using memory = ouro::test::traced_memory;

namespace {

[[nodiscard]] std::string_view name_of(const ouro::allocation_statistic& of) {
  return of.trace.scopes.empty() ? std::string_view{"none"} : of.trace.scopes.front().name;
}

}  // namespace

TEST_CASE("allocation_snapshot: the top by bytes and by blocks, by type, by scope and by trace") {
  const tracing on{2};
  std::vector<memory::ptr<small>> many;
  std::vector<memory::ptr<large>> few;
  {
    const ouro::allocation_scope outer{"load"};
    for (int i = 0; i != 3; ++i) many.push_back(memory::make<small>());
    const ouro::allocation_scope inner{"parse"};
    few.push_back(memory::make<large>());
    many.push_back(memory::make<small>());
  }
  const auto snapshot = traced::take_snapshot();
  const std::size_t small_bytes = ouro::size_of(many.front());
  const std::size_t large_bytes = ouro::size_of(few.front());
  CHECK(snapshot.blocks() == 5);
  CHECK(snapshot.bytes() == 4 * small_bytes + large_bytes);

  const auto by_type = snapshot.top(10, ouro::group_by::type);
  REQUIRE(by_type.size() == 2);
  CHECK(by_type[0].trace.type == ouro::type_name<large>());
  CHECK(by_type[0].bytes == large_bytes);
  CHECK(by_type[1].blocks == 4);
  CHECK(snapshot.top_by_blocks(1, ouro::group_by::type).front().trace.type == ouro::type_name<small>());

  const auto by_scope = snapshot.top(10, ouro::group_by::scope);
  REQUIRE(by_scope.size() == 2);
  CHECK(name_of(by_scope[0]) == "parse");
  CHECK(by_scope[0].bytes == small_bytes + large_bytes);
  CHECK(name_of(by_scope[1]) == "load");
  CHECK(by_scope[1].blocks == 3);

  const auto by_trace = snapshot.top();
  REQUIRE(by_trace.size() == 3);
  REQUIRE(by_trace[0].trace.scopes.size() == 2);
  CHECK(by_trace[0].trace.scopes[1].name == "load");
  CHECK(by_trace[0].trace.scopes[0].line != by_trace[0].trace.scopes[1].line);
  CHECK(snapshot.top(2).size() == 2);
}

TEST_CASE("allocation_snapshot: the difference of two shows which blocks came and which went") {
  const tracing on;
  auto goes = memory::make<large>();
  auto stays = memory::make<small>();
  const auto before = traced::take_snapshot();
  goes.reset();
  std::vector<memory::ptr<small>> comes;
  for (int i = 0; i != 2; ++i) comes.push_back(memory::make<small>());
  const auto changes = traced::take_snapshot().compare_to(before, ouro::group_by::type);
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].now.trace.type == ouro::type_name<large>());
  CHECK(changes[0].now.blocks == 0);
  CHECK(changes[0].more_blocks == -1);
  CHECK(changes[0].more_bytes == -static_cast<std::ptrdiff_t>(8 + sizeof(large)));
  CHECK(changes[1].more_blocks == 2);
  CHECK(changes[1].now.blocks == 3);
  CHECK(traced::take_snapshot().compare_to(traced::take_snapshot()).empty());
}

TEST_CASE("allocation_snapshot: filter keeps the origins for which its function is true") {
  const tracing on;
  const auto one = memory::make<small>();
  const auto two = memory::make<large>();
  const auto kept = traced::take_snapshot().filter(
      [](const ouro::allocation_trace& each) { return each.type == ouro::type_name<small>(); });
  CHECK(kept.blocks() == 1);
  CHECK(kept.bytes() == ouro::size_of(one));
}

TEST_CASE("allocation_snapshot: folded stacks have a line an origin, outermost scope first") {
  const tracing on{8};
  const ouro::allocation_scope outer{"load"};
  const ouro::allocation_scope inner{"parse"};
  const auto one = memory::make<small>();
  CHECK(traced::take_snapshot().folded() ==
        "load;parse;" + std::string{ouro::type_name<small>()} + " " + std::to_string(ouro::size_of(one)) + "\n");
}

TEST_CASE("allocation_snapshot: a change of bytes alone is a change; a stack without scopes is its type") {
  using statistic = ouro::allocation_statistic;
  const statistic nothing;
  CHECK(nothing.bytes == 0);
  CHECK(nothing.blocks == 0);
  const ouro::allocation_trace trace{"type", {}, {}};
  const ouro::allocation_snapshot before{std::vector<statistic>{{trace, 100, 2}}};
  const ouro::allocation_snapshot after{std::vector<statistic>{{trace, 160, 2}}};
  const auto changes = after.compare_to(before);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].more_bytes == 60);
  CHECK(changes[0].more_blocks == 0);
  CHECK(before.compare_to(before).empty());
  const ouro::allocation_snapshot split{std::vector<statistic>{{trace, 100, 3}}};
  REQUIRE(split.compare_to(before).size() == 1);
  CHECK(split.compare_to(before)[0].more_blocks == 1);
  REQUIRE(split.top(1, ouro::group_by::scope).size() == 1);
  CHECK(split.top(1, ouro::group_by::scope)[0].trace.scopes.empty());
}

TEST_CASE("allocation_trace: the same name and line of two files are two places") {
  const ouro::allocation_site one{"name", "a.cpp", 3};
  const ouro::allocation_site two{"name", "b.cpp", 3};
  const ouro::allocation_trace left{"type", {one}, {}};
  CHECK(left == left);
  CHECK_FALSE(left == ouro::allocation_trace{"type", {two}, {}});
  CHECK_FALSE(left == ouro::allocation_trace{"type", {{"name", "a.cpp", 4}}, {}});
  CHECK_FALSE(left == ouro::allocation_trace{"type", {{"other", "a.cpp", 3}}, {}});
}
