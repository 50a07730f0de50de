#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using traced = ouro::traced_allocator<ouro::pool_allocator>;
using memory = ouro::memory<ouro::local_refcount, ouro::no_collector, traced>;

struct small {
  long at[1] = {};
};
struct large {
  long at[10] = {};
};

/// Stops tracing, whatever a test does.
struct tracing {
  explicit tracing(std::size_t scopes = 1, std::size_t frames = 0) { traced::start(scopes, frames); }
  ~tracing() { traced::stop(); }
};

[[nodiscard]] std::string_view name_of(const ouro::allocation_statistic& of) {
  return of.trace.scopes.empty() ? std::string_view{"none"} : of.trace.scopes.front().name;
}

}  // namespace

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

TEST_CASE("traced_allocator: the top by bytes and by blocks, by type, by scope and by trace") {
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

TEST_CASE("traced_allocator: the difference of two snapshots says what came and what went") {
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

TEST_CASE("traced_allocator: a filter keeps the origins that it says yes to") {
  const tracing on;
  const auto one = memory::make<small>();
  const auto two = memory::make<large>();
  const auto kept = traced::take_snapshot().filter(
      [](const ouro::allocation_trace& each) { return each.type == ouro::type_name<small>(); });
  CHECK(kept.blocks() == 1);
  CHECK(kept.bytes() == ouro::size_of(one));
}

TEST_CASE("traced_allocator: folded stacks have a line an origin, outermost scope first") {
  const tracing on{8};
  const ouro::allocation_scope outer{"load"};
  const ouro::allocation_scope inner{"parse"};
  const auto one = memory::make<small>();
  CHECK(traced::take_snapshot().folded() ==
        "load;parse;" + std::string{ouro::type_name<small>()} + " " + std::to_string(ouro::size_of(one)) + "\n");
}

TEST_CASE("traced_allocator: a scope without a name is called by its place") {
  const tracing on{8};
  const ouro::allocation_scope here;
  const auto one = memory::make<small>();
  CHECK(traced::take_snapshot().folded().find("traced_allocator_test.cpp:") != std::string::npos);
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

TEST_CASE("debug_malloc_stats: shows each class with its used and free blocks, and a map of the pools") {
  std::vector<ouro::ptr<large>> full;
  std::thread{[&] {
    for (int i = 0; i != 1000; ++i) full.push_back(ouro::make<large>());
    const std::string text = ouro::debug_malloc_stats();
    CAPTURE(text);
    CHECK(text.find("88") != std::string::npos);
    CHECK(text.find(" 1000 ") != std::string::npos);
    CHECK(text.find("1 arenas of 2097152 bytes") != std::string::npos);
    CHECK(text.find('#') != std::string::npos);
    CHECK(text.find(std::string(60, '.')) != std::string::npos);
    full.clear();
    CHECK(ouro::debug_malloc_stats().find("88 ") != std::string::npos);
  }}.join();
}

TEST_CASE("traced_allocator: blocks of no type that anybody has told are unknown; trim gives back what lies below") {
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

TEST_CASE("traced_allocator: of many scopes the innermost are noted, as many as were asked for") {
  const tracing on{1};
  const ouro::allocation_scope outer{"outer"};
  const ouro::allocation_scope inner{"inner"};
  const auto object = memory::make<small>();
  const auto entries = traced::take_snapshot().entries();
  REQUIRE(entries.size() == 1);
  REQUIRE(entries[0].trace.scopes.size() == 1);
  CHECK(entries[0].trace.scopes[0].name == "inner");
}

TEST_CASE("traced_allocator: a change of bytes alone is a change; a stack without scopes is its type") {
  using statistic = ouro::allocation_statistic;
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

TEST_CASE("call_frames: no more than 64 are told, and none if none are wanted") {
  CHECK(ouro::detail::call_frames(0).empty());
  CHECK(ouro::detail::call_frames(1).size() <= 1);
  CHECK(ouro::detail::call_frames(1000).size() <= 64);
  CHECK_FALSE(ouro::detail::name_of_frame(nullptr).empty());
  CHECK(ouro::detail::name_of_frame(reinterpret_cast<const void*>(0x1234)) == "0x1234");
}

TEST_CASE("traced_allocator: what is refused is not noted; a thread without pools has nothing to print") {
  struct no_memory {
    static void* allocate(std::size_t, std::size_t) noexcept { return nullptr; }
    static void deallocate(void*, std::size_t, std::size_t) noexcept {}
  };
  using over_nothing = ouro::traced_allocator<no_memory>;
  over_nothing::start();
  CHECK(over_nothing::allocate(8, 8) == nullptr);
  CHECK(over_nothing::traced_bytes() == 0);
  over_nothing::stop();
  std::thread{[] {
    const std::string text = ouro::debug_malloc_stats();
    CHECK(text.find("0 bytes in used blocks, 0 in free blocks of used pools\n0 arenas") != std::string::npos);
  }}.join();
}
