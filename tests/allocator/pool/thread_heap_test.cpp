#include <ouro/allocator/pool/thread_heap.hpp>

#include <doctest/doctest.h>

// What threads leave behind, and find: pool_allocator_test.cpp.

namespace {

constinit ouro::detail::abandoned_heaps abandoned;
ouro::detail::pool_heap first;
ouro::detail::pool_heap second;

}  // namespace

TEST_CASE("abandoned_heaps: gives each heap to one thread, the last that was abandoned first") {
  CHECK(abandoned.take() == nullptr);
  abandoned.put(&first);
  abandoned.put(&second);
  CHECK(abandoned.take() == &second);
  abandoned.put(&second);
  CHECK(abandoned.take() == &second);
  CHECK(abandoned.take() == &first);
  CHECK(abandoned.take() == nullptr);
}
