#include <ouro/allocator/pool/arena.hpp>
#include <ouro/allocator/pool/pool_heap.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace {

using ouro::detail::arena;
using ouro::detail::pool;
using ouro::detail::size_class;

struct mapped_arena {
  arena* here = arena::map(nullptr, false);

  mapped_arena() { REQUIRE(here != nullptr); }
  mapped_arena(const mapped_arena&) = delete;
  mapped_arena& operator=(const mapped_arena&) = delete;
  ~mapped_arena() { arena::unmap(here); }

  [[nodiscard]] std::byte* begin() const { return arena::base_of(here); }
};

}  // namespace

TEST_CASE_FIXTURE(mapped_arena, "arena: is found from each address in it") {
  CHECK(reinterpret_cast<std::uintptr_t>(begin()) % arena::bytes == 0);
  for (const std::size_t offset : {std::size_t{0}, arena::bytes / 2 + 3, arena::bytes - 1}) {
    CHECK(arena::base_of(begin() + offset) == begin());
    CHECK(arena::of(begin() + offset) == here);
  }
}

TEST_CASE_FIXTURE(mapped_arena, "arena: gives each of its pools once, in the order of their addresses") {
  CHECK(here->is_empty());
  for (std::uint32_t i = 0; i != arena::pools; ++i) {
    CHECK(here->empty_pools == arena::pools - i);
    REQUIRE(here->take() == here->at(i));
  }
  CHECK(here->empty_pools == 0);
  for (std::uint32_t i = 0; i != arena::pools; ++i) here->put(here->at(i));
  CHECK(here->is_empty());
}

TEST_CASE_FIXTURE(mapped_arena, "arena: gives a pool that came back before one whose pages were never touched") {
  pool* const first = here->take();
  pool* const second = here->take();
  here->put(first);
  here->put(second);
  CHECK(here->unopened == arena::pools - 2);
  CHECK(here->take() == second);
  CHECK(here->take() == first);
  CHECK(here->take() == here->at(2));
  CHECK(here->unopened == arena::pools - 3);
}

TEST_CASE_FIXTURE(mapped_arena, "arena: a pool is used while it has used blocks or is linked") {
  CHECK(here->used_pool(0) == nullptr);  // never open
  pool* const first = here->take();
  first->open(size_class::of(64, 8), false, arena::blocks_of(first));
  CHECK(here->used_pool(0) == nullptr);
  first->frees_until_check = 1;
  CHECK(here->used_pool(0) == first);
  first->frees_until_check = 0;
  first->linked = true;
  CHECK(here->used_pool(0) == first);
  CHECK(here->used_pool(1) == nullptr);
}

TEST_CASE_FIXTURE(mapped_arena, "arena: knows where blocks begin in an open pool, and where none do") {
  pool* const first = here->take();
  first->open(size_class::of(48, 8), false, arena::blocks_of(first));
  std::byte* const blocks = arena::blocks_of(first);
  CHECK(arena::begins_block(blocks));
  CHECK(arena::begins_block(blocks + 2 * 48));
  CHECK_FALSE(arena::begins_block(blocks + 8));
  CHECK_FALSE(arena::begins_block(blocks - 48));  // a header
  CHECK_FALSE(arena::begins_block(here->at(1)->begin()));
  CHECK(arena::capacity_of(*first) == static_cast<std::size_t>(first->begin() + pool::bytes - blocks) / 48);
}
