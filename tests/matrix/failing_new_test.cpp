#include "support/scenarios.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdlib>
#include <new>

// The scenarios again, with each allocation failed that does not go through an allocator policy: records of weak
// pointers, and the memory of containers inside the objects. Replaces the global operator new of the whole program.

namespace {

constexpr std::size_t never = static_cast<std::size_t>(-1);

std::size_t left = never;  ///< allocations until the one that fails
bool has_failed = false;
long in_use = 0;  ///< blocks

bool fails_now() {
  if (left == never || left-- != 0) return false;
  left = never;
  has_failed = true;
  return true;
}

// Not inlined: g++ would warn of a mismatch of `new` and `free` in one function.
[[gnu::noinline]] void* allocate(std::size_t bytes) noexcept {
  if (fails_now()) return nullptr;
  void* const made = std::malloc(bytes == 0 ? 1 : bytes);
  if (made != nullptr) ++in_use;
  return made;
}

[[gnu::noinline]] void deallocate(void* block) noexcept {
  if (block != nullptr) --in_use;
  std::free(block);
}

}  // namespace

void* operator new(std::size_t bytes) {
  void* const made = allocate(bytes);
  if (made == nullptr) throw std::bad_alloc{};
  return made;
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes); }
void* operator new[](std::size_t bytes) { return operator new(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes); }
void operator delete(void* block) noexcept { deallocate(block); }
void operator delete(void* block, std::size_t) noexcept { deallocate(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { deallocate(block); }
void operator delete[](void* block) noexcept { deallocate(block); }
void operator delete[](void* block, std::size_t) noexcept { deallocate(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { deallocate(block); }

TEST_CASE_TEMPLATE("matrix: with each operator new failed once, no object leaks and none is half made (invariant 7)",
                   Memory, ouro::default_memory,
                   ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>,
                   ouro::memory<ouro::local_refcount, ouro::trial_deletion, ouro::system_allocator>,
                   ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::resource_allocator>,
                   ouro::memory<ouro::biased_refcount, ouro::trial_deletion, ouro::resource_allocator>,
                   ouro::memory<ouro::local_refcount, ouro::generational, ouro::resource_allocator>) {
  using ouro::test::all_scenarios;
  using ouro::test::scenario_node;
  for (const auto scenario : all_scenarios<Memory>) scenario();  // makes what is made once, such as the thread's pools
  Memory::gc::collect();
  std::size_t failures = 0;
  for (const auto scenario : all_scenarios<Memory>) {
    for (std::size_t nth = 0;; ++nth) {
      const long before = in_use;
      bool threw = false;
      has_failed = false;
      left = nth;
      try {
        scenario();
      } catch (const std::bad_alloc&) {
        threw = true;
      }
      const bool failed = has_failed;
      left = never;
      Memory::gc::collect();
      REQUIRE(scenario_node<Memory>::alive == 0);
      REQUIRE(Memory::gc::count() == 0);
      REQUIRE(in_use == before);
      if (!failed) break;
      failures += threw ? 1 : 0;
    }
  }
  CHECK(failures >= 5);
}
