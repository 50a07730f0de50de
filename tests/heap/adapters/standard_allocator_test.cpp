#include <ouro/heap/adapters/standard_allocator.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <new>
#include <unordered_map>
#include <utility>
#include <vector>

using ouro::pool_allocator;

TEST_CASE("standard_allocator: containers live in the private heap") {
  const auto before = pool_allocator::statistics();
  {
    std::vector<int, ouro::standard_allocator<int>> vector(10);
    std::map<int, int, std::less<>, ouro::standard_allocator<std::pair<const int, int>>> map;
    std::unordered_map<int, int, std::hash<int>, std::equal_to<>, ouro::standard_allocator<std::pair<const int, int>>>
        table;
    for (int i = 0; i != 20; ++i) map[i] = table[i] = i;
    CHECK(pool_allocator::statistics().used_blocks - before.used_blocks >= 1 + 20 + 20);
    const auto copy = vector;
    CHECK(copy == vector);
  }
  CHECK(pool_allocator::statistics().used_blocks == before.used_blocks);
  static_assert(ouro::standard_allocator<int>{} == ouro::standard_allocator<long>{});
  ouro::standard_allocator<int> allocator;
  CHECK_THROWS_AS(static_cast<void>(allocator.allocate(std::numeric_limits<std::size_t>::max() / 2)),
                  std::bad_array_new_length);
}

struct unassignable {
  unassignable() = default;
  unassignable(unassignable&&) noexcept {}
  unassignable& operator=(unassignable&&) = delete;
};

TEST_CASE("standard_allocator: an assigned vector takes the block of the other one") {
  using vector = std::vector<unassignable, ouro::standard_allocator<unassignable>>;
  static_assert(std::allocator_traits<vector::allocator_type>::propagate_on_container_move_assignment::value);
  vector from(3);
  const unassignable* const first = from.data();
  vector to;
  to = std::move(from);
  CHECK(to.data() == first);
  CHECK(to.size() == 3);
}

TEST_CASE("standard_allocator: each block of no objects has an address of its own") {
  ouro::standard_allocator<int> allocator;
  int* const one = allocator.allocate(0);
  int* const two = allocator.allocate(0);
  CHECK(one != two);
  allocator.deallocate(one, 0);
  allocator.deallocate(two, 0);
  CHECK((allocator == ouro::standard_allocator<char>{}));
}
