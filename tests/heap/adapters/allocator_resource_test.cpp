#include <ouro/heap/adapters/allocator_resource.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <memory_resource>
#include <new>
#include <vector>

using ouro::pool_allocator;

TEST_CASE("allocator_resource: is a memory resource, and equal to others of its kind") {
  const auto before = pool_allocator::statistics();
  ouro::allocator_resource<> resource;
  const ouro::allocator_resource<> second;
  CHECK(resource.is_equal(second));
  CHECK_FALSE(resource.is_equal(*std::pmr::new_delete_resource()));
  {
    std::pmr::vector<long> numbers(10, &resource);
    CHECK(pool_allocator::statistics().used_bytes - before.used_bytes == 80);
  }
  CHECK(pool_allocator::statistics().used_bytes == before.used_bytes);
}

TEST_CASE("allocator_resource: each block of no bytes has an address of its own") {
  ouro::allocator_resource<> resource;
  void* const first = resource.allocate(0);
  void* const second = resource.allocate(0);
  CHECK(first != second);
  resource.deallocate(first, 0);
  resource.deallocate(second, 0);
}

namespace {

struct no_memory {
  static void* allocate(std::size_t, std::size_t) noexcept { return nullptr; }
  static void deallocate(void*, std::size_t, std::size_t) noexcept {}
};

}  // namespace

TEST_CASE("allocator_resource: throws bad_alloc where its allocator has no memory") {
  ouro::allocator_resource<no_memory> resource;
  CHECK_THROWS_AS(static_cast<void>(resource.allocate(8)), std::bad_alloc);
}
