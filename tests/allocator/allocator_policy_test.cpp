#include "support/blocks.hpp"

#include <ouro/allocator/pool/pool_allocator.hpp>
#include <ouro/allocator/resource_allocator.hpp>
#include <ouro/allocator/system_allocator.hpp>
#include <ouro/collector/collector_policy.hpp>
#include <ouro/refcount/refcount_policy.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>

namespace {

using ouro::pool_allocator;

/// All that allocator_policy asks for. Each that follows lacks one part of it.
struct minimal {
  static void* allocate(std::size_t, std::size_t);
  static void deallocate(void*, std::size_t, std::size_t) noexcept;
};
struct without_allocate : minimal {
  static void allocate() = delete;
};
struct without_deallocate : minimal {
  static void deallocate() = delete;
};
struct allocates_typed : minimal {
  static int* allocate(std::size_t, std::size_t);
};
struct deallocate_that_may_throw : minimal {
  static void deallocate(void*, std::size_t, std::size_t);
};
struct without_alignment : minimal {
  static void* allocate(std::size_t);
};
struct with_state : minimal {
  int state;
};

/// All that is optional, and one that lacks noexcept in each.
struct complete : minimal {
  static void trim() noexcept;
  static bool walks(std::size_t, std::size_t);
  static void* allocate_walkable(std::size_t, std::size_t) noexcept;
  static bool begins_block(const void*, std::size_t, std::size_t) noexcept;
};
struct throwing : minimal {
  static void trim();
  static bool walks(std::size_t, std::size_t);
  static void* allocate_walkable(std::size_t, std::size_t);
  static bool begins_block(const void*, std::size_t, std::size_t);
};

}  // namespace

static_assert(ouro::allocator_policy<minimal> && ouro::allocator_policy<complete>);
static_assert(ouro::allocator_policy<pool_allocator> && ouro::allocator_policy<ouro::system_allocator>);
static_assert(ouro::allocator_policy<ouro::resource_allocator> && !ouro::allocator_policy<std::allocator<int>>);
static_assert(!ouro::has_allocate<without_allocate> && !ouro::allocator_policy<without_allocate>);
static_assert(!ouro::has_allocate<allocates_typed> && !ouro::allocator_policy<allocates_typed>);
static_assert(!ouro::has_allocate<without_alignment> && !ouro::allocator_policy<without_alignment>);
static_assert(!ouro::has_deallocate<without_deallocate> && !ouro::allocator_policy<without_deallocate>);
static_assert(!ouro::has_deallocate<deallocate_that_may_throw> && !ouro::allocator_policy<deallocate_that_may_throw>);
static_assert(!ouro::has_no_state<with_state> && !ouro::allocator_policy<with_state>);
static_assert(!ouro::allocator_policy<ouro::local_refcount> && !ouro::allocator_policy<ouro::trial_deletion>);

static_assert(ouro::has_trim<complete> && ouro::has_allocate_walkable<complete> && ouro::has_begins_block<complete>);
static_assert(!ouro::has_trim<minimal> && !ouro::has_allocate_walkable<minimal> && !ouro::has_begins_block<minimal>);
static_assert(!ouro::has_trim<throwing> && !ouro::has_allocate_walkable<throwing> && !ouro::has_begins_block<throwing>);
static_assert(ouro::has_trim<pool_allocator> && ouro::has_allocate_walkable<pool_allocator>);

TEST_CASE_TEMPLATE("allocator_policy: blocks are aligned, apart from each other and writable to the end", Allocator,
                   pool_allocator, ouro::system_allocator, ouro::resource_allocator) {
  ouro::test::blocks<Allocator> all;
  const auto address = [](const void* at) { return reinterpret_cast<std::uintptr_t>(at); };
  std::map<std::uintptr_t, std::size_t> ranges;
  for (std::size_t alignment = 1; alignment <= 4096; alignment *= 2) {
    for (std::size_t bytes = 1; bytes <= 600; bytes += bytes < 40 ? 1 : 37) {
      void* const made = all.add(bytes, alignment);
      REQUIRE(address(made) % alignment == 0);
      std::memset(made, 0x5A, bytes);
      ranges[address(made)] = bytes;
    }
  }
  std::uintptr_t end = 0;
  for (const auto& [begin, bytes] : ranges) {
    REQUIRE(begin >= end);
    end = begin + bytes;
  }
}
