#include <ouro/allocator/system_allocator.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>

using ouro::system_allocator;

// Under AddressSanitizer, a block that goes back to another operator delete than its own ends the program.
TEST_CASE("system_allocator: aligns blocks more and less strictly than operator new does by itself") {
  for (std::size_t alignment = 1; alignment <= 4096; alignment *= 2) {
    void* const block = system_allocator::allocate(24, alignment);
    REQUIRE(block != nullptr);
    CHECK(reinterpret_cast<std::uintptr_t>(block) % alignment == 0);
    system_allocator::deallocate(block, 24, alignment);
  }
}
