#include <ouro/allocator/pool/arena.hpp>
#include <ouro/allocator/pool/pool.hpp>
#include <ouro/allocator/pool/pool_heap.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

using ouro::detail::arena;
using ouro::detail::pool;
using ouro::detail::size_class;

constexpr std::size_t bytes = 40;

/// A pool of blocks of 40 bytes, the first of an arena.
struct open_pool {
  arena* land = arena::map(nullptr, false);
  pool* here = land->take();

  open_pool() { here->open(size_class::of(bytes, 8), false, arena::blocks_of(here)); }
  open_pool(const open_pool&) = delete;
  open_pool& operator=(const open_pool&) = delete;
  ~open_pool() { arena::unmap(land); }
};

std::byte* place(void* block) { return static_cast<std::byte*>(block); }

}  // namespace

TEST_CASE_FIXTURE(open_pool, "pool: is found from each of its blocks, and lies behind the headers of its arena") {
  CHECK(here->number() == 0);
  CHECK(here->begin() == arena::base_of(here));
  CHECK(arena::blocks_of(here) >= reinterpret_cast<std::byte*>(land + 1));
  for (std::byte* at = arena::blocks_of(here); at + bytes <= here->begin() + pool::bytes; at += bytes) {
    REQUIRE(pool::of(at) == here);
    REQUIRE(pool::of(at + bytes - 1) == here);
  }
  pool* const second = land->take();
  CHECK(second->number() == 1);
  CHECK(second->begin() == here->begin() + pool::bytes);
  CHECK(arena::blocks_of(second) == second->begin());
  CHECK(pool::of(second->begin()) == second);
  land->put(second);
}

TEST_CASE_FIXTURE(open_pool, "pool: carves blocks in the order of their addresses, a few at a time, to the last") {
  CHECK(here->freed == nullptr);
  std::byte* expected = arena::blocks_of(here);
  std::size_t blocks = 0;
  while (here->untouched_bytes() != 0) {
    std::byte* const before = here->untouched;
    here->carve();
    CHECK(here->untouched - before <= static_cast<std::ptrdiff_t>(pool::carve_bytes));
    CHECK(here->untouched > before);
    for (; here->freed != nullptr; ++blocks, expected += bytes) REQUIRE(place(here->pop()) == expected);
    CHECK(here->untouched == expected);
  }
  CHECK(blocks == arena::capacity_of(*here));
  here->carve();
  CHECK(here->freed == nullptr);
}

TEST_CASE_FIXTURE(open_pool, "pool: hands out first what was pushed last") {
  here->carve();
  void* const first = here->pop();
  void* const second = here->pop();
  here->push(first);
  here->push(second);
  CHECK(here->pop() == second);
  CHECK(here->pop() == first);
}

TEST_CASE_FIXTURE(open_pool,
                  "pool: what is put back is handed out again, under a debugging tool after the quarantine") {
  here->carve();
  std::vector<void*> used;
  while (here->freed != nullptr) used.push_back(here->pop());
  here->put_back(used[0]);
  here->put_back(used[1]);
  if constexpr (ouro::detail::track::quarantines_freed) {
    CHECK(here->freed == nullptr);
    here->release_quarantine();
    CHECK(here->pop() == used[0]);
    CHECK(here->pop() == used[1]);
  } else {
    CHECK(here->pop() == used[1]);
    CHECK(here->pop() == used[0]);
  }
  CHECK(here->freed == nullptr);
}

TEST_CASE_FIXTURE(open_pool, "pool: knows its used blocks, full or not, and the first free of a full one is told") {
  here->frees_until_check = 5;
  CHECK(here->used() == 5);
  here->note_full();
  CHECK(here->used() == 5);
  CHECK(here->frees_until_check == 1);
  --here->frees_until_check;
  here->note_not_full();
  CHECK(here->used() == 4);
  CHECK(here->frees_until_check == 4);
  here->retain_when_empty = true;
  ++here->frees_until_check;
  CHECK(here->used() == 4);
}
