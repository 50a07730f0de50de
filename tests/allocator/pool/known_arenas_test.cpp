#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>

using ouro::detail::arena;
using ouro::detail::known_arenas;

TEST_CASE("known_arenas: an address lies in an arena from its mapping to its end, and no other address does") {
  int local = 0;
  CHECK_FALSE(known_arenas.has(&local));
  CHECK_FALSE(known_arenas.has(nullptr));
  CHECK_FALSE(known_arenas.has(reinterpret_cast<const void*>(~std::uintptr_t{0})));
  ouro::detail::pool_heap heap;
  arena* const made = arena::map(&heap, false);
  REQUIRE(made != nullptr);
  std::byte* const begin = arena::base_of(made);
  if constexpr (ouro::check_level >= 1) {
    CHECK(known_arenas.has(begin));
    CHECK(known_arenas.has(begin + arena::bytes - 1));
    CHECK(ouro::detail::pool_heap_of(made) == &heap);
  }
  CHECK_FALSE(arena::begins_block(begin));  // no pool is open
  ouro::detail::pool* const opened = made->take();
  std::byte* const first = arena::blocks_of(opened);
  opened->open(ouro::detail::size_class::of(24, 8), false, first);
  CHECK(arena::begins_block(first));
  CHECK(arena::begins_block(first + 24));
  CHECK_FALSE(arena::begins_block(first + 8));
  CHECK_FALSE(arena::begins_block(begin));  // the headers of the pools
  arena::unmap(made);
  CHECK_FALSE(known_arenas.has(begin));
  CHECK(ouro::detail::pool_heap_of(begin) == nullptr);
}
