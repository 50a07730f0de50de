#include "support/child.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <string>
#include <type_traits>

using ouro::make;
using ouro::ptr;

static_assert(ouro::check_level == 0);
static_assert(std::is_empty_v<ouro::local_refcount> && std::is_empty_v<ouro::atomic_refcount>);
static_assert(std::is_empty_v<ouro::biased_refcount> && std::is_empty_v<ouro::self_refcount>);
static_assert(std::is_empty_v<ouro::no_collector> && std::is_empty_v<ouro::trial_deletion>);
static_assert(std::is_empty_v<ouro::generational>);
static_assert(std::is_empty_v<ouro::pool_allocator> && std::is_empty_v<ouro::system_allocator>);
static_assert(std::is_empty_v<ouro::resource_allocator>);
static_assert(sizeof(ouro::detail::header<ouro::local_refcount>) == 8);
static_assert(sizeof(ouro::detail::header<ouro::atomic_refcount>) == 8);
static_assert(sizeof(ouro::detail::header<ouro::biased_refcount>) == 16);
static_assert(sizeof(ptr<int>) == sizeof(int*));
static_assert(sizeof(ouro::weak<int>) == 2 * sizeof(int*));
static_assert(sizeof(ouro::managed_alias<int>) == 2 * sizeof(int*));

namespace {

struct doubled {
  ptr<doubled> edge;
  void trace(auto&& visit) { visit(edge, edge); }
};

}  // namespace

TEST_CASE("unchecked: a block has room for a header and the object, and for nothing else") {
  using biased = ouro::memory<ouro::biased_refcount, ouro::trial_deletion, ouro::pool_allocator>;
  const std::size_t before = ouro::pool_allocator::statistics().used_bytes;
  const auto small = make<std::array<char, 24>>();
  CHECK(ouro::size_of(small) == 8 + 24);
  CHECK(ouro::pool_allocator::statistics().used_bytes == before + 32);
  CHECK(ouro::size_of(biased::make<std::array<char, 24>>()) == 16 + 24);
}

TEST_CASE("unchecked: an edge that a trace reports twice keeps the object, and nothing worse (trap 38)") {
  const auto before = ouro::gc::stats();
  const std::size_t uncollectable_before = ouro::gc::stats(1).uncollectable;
  ouro::weak<doubled> watcher;
  {
    const auto object = make<doubled>();
    object->edge = object;
    watcher = object;
  }
  CHECK(ouro::gc::collect() == 0);
  const std::size_t over_reported = ouro::gc::stats().over_reported - before.over_reported;
  CHECK(over_reported != 0);
  CHECK(ouro::gc::stats(1).uncollectable - uncollectable_before == over_reported);
  const auto kept = watcher.lock();
  REQUIRE(kept);
  CHECK(kept.use_count() == 2);
  kept->edge.reset();
}

TEST_CASE("unchecked: gc says how many objects it could not collect, if asked to") {
  const auto said = ouro::test::run_in_child([] {
    ouro::gc::set_debug(ouro::gc_debug::uncollectable);
    {
      const auto object = make<doubled>();
      object->edge = object;
    }
    ouro::gc::collect();
  });
  CHECK(said.text.find("gc: uncollectable: 1 objects\n") != std::string::npos);
}
