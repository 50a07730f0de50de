// [util.smartptr.shared.create]: allocate_shared of arrays.
#include "standard/allocators.hpp"
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <new>
#include <string>
#include <type_traits>

using namespace ouro::test::standard;

namespace {

/// The third throws.
struct third_throws : ouro::test::counted<third_throws> {
  third_throws() {
    if (alive == 3) throw 42;
  }
};

struct alignas(64) wide {
  int value = 3;
};

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("allocate_shared<T[]>(a, n): one block, elements by the allocator, all destroyed", F,
                          unknown_length) {
  ledger of;
  {
    const auto p = F::template allocate_shared<number[]>(constructing_allocator<char>{of}, 3);
    static_assert(std::is_same_v<decltype(p), const shared<F, number[]>>);
    CHECK(p.use_count() == 1);
    CHECK(of.allocations == 1);
    CHECK(of.contains(&p[0]));
    CHECK(of.contains(&p[2]));
    CHECK(of.constructed == 3);
    CHECK(number::alive == 3);
  }
  CHECK(of.destroyed == 3);
  CHECK(of.deallocations == 1);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(unknown_length, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared<T[N]>(a): one block, elements by the allocator, all destroyed", F,
                          known_length) {
  ledger of;
  {
    const auto p = F::template allocate_shared<number[4]>(constructing_allocator<char>{of});
    static_assert(std::is_same_v<decltype(p), const shared<F, number[4]>>);
    CHECK(of.allocations == 1);
    CHECK(of.constructed == 4);
    CHECK(p[3].value == 0);
  }
  CHECK(of.destroyed == 4);
  CHECK(of.deallocations == 1);
}
TEST_CASE_TEMPLATE_APPLY(known_length, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared: arrays filled with copies", F, filled) {
  ledger of;
  const number original{6};
  {
    const auto p = F::template allocate_shared<number[]>(constructing_allocator<char>{of}, 3, original);
    CHECK(p[2].value == 6);
    const auto q = F::template allocate_shared<number[2]>(constructing_allocator<char>{of}, original);
    CHECK(q[1].value == 6);
    CHECK(of.constructed == 5);
    CHECK(of.allocations == 2);
    const auto r = F::template allocate_shared<std::string[]>(std::allocator<int>{}, 2, std::string(40, 'r'));
    CHECK(r[1].size() == 40);
  }
  CHECK(of.destroyed == 5);
  CHECK(number::alive == 1);
}
TEST_CASE_TEMPLATE_APPLY(filled, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared: arrays of arrays", F, of_arrays) {
  ledger of;
  {
    const auto p = F::template allocate_shared<number[][2]>(constructing_allocator<char>{of}, 3);
    CHECK(of.constructed == 6);
    CHECK(of.contains(&p[2][1]));
    const auto q = F::template allocate_shared<number[2][2]>(constructing_allocator<char>{of});
    CHECK(of.constructed == 10);
    const int row[2] = {7, 8};
    const auto r = F::template allocate_shared<int[][2]>(constructing_allocator<char>{of}, 3, row);
    CHECK(r[2][1] == 8);
    const auto s = F::template allocate_shared<int[2][2]>(constructing_allocator<char>{of}, row);
    CHECK(s[1][0] == 7);
    CHECK(q[1][1].value == 0);
  }
  CHECK(of.deallocations == 4);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(of_arrays, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared: scalars of an array are value-initialized", F, zeroes) {
  ledger of;
  for (int i = 0; i != 5; ++i) {
    const auto p = F::template allocate_shared<int[]>(noting_allocator<int>{of}, 10);
    int sum = 0;
    for (int k = 0; k != 10; ++k) {
      sum += p[k];
      p[k] = 9;
    }
    CHECK(sum == 0);
    const auto q = F::template allocate_shared<double[3]>(noting_allocator<int>{of});
    CHECK(q[2] == 0.0);
    q[2] = 5.0;
  }
}
TEST_CASE_TEMPLATE_APPLY(zeroes, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared: an element that throws gives the block back", F, element_throws) {
  ledger of;
  CHECK_THROWS_AS((F::template allocate_shared<third_throws[]>(constructing_allocator<char>{of}, 5)), int);
  CHECK(third_throws::alive == 0);
  CHECK(of.constructed == 2);
  CHECK(of.destroyed == 2);
  CHECK(of.deallocations == 1);
  CHECK_THROWS_AS((F::template allocate_shared<third_throws[4]>(constructing_allocator<char>{of})), int);
  CHECK(of.destroyed == 4);
  CHECK(of.deallocations == 2);
  CHECK_THROWS_AS((F::template allocate_shared<third_throws[][2]>(constructing_allocator<char>{of}, 2)), int);
  CHECK(third_throws::alive == 0);
  CHECK(of.blocks() == 0);
}
TEST_CASE_TEMPLATE_APPLY(element_throws, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared: no memory, no elements", F, no_memory_no_elements) {
  ledger of;
  of.failures_after = 0;
  CHECK_THROWS_AS((F::template allocate_shared<number[]>(noting_allocator<int>{of}, 3)), std::bad_alloc);
  of.failures_after = 0;
  CHECK_THROWS_AS((F::template allocate_shared<number[3]>(noting_allocator<int>{of})), std::bad_alloc);
  CHECK(number::alive == 0);
  CHECK(of.allocations == 0);
}
TEST_CASE_TEMPLATE_APPLY(no_memory_no_elements, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared: without elements, aligned, and with a watcher", F, kinds) {
  ledger of;
  weak<F, wide[]> watcher;
  {
    const auto p = F::template allocate_shared<number[]>(noting_allocator<int>{of}, 0);
    CHECK(p.use_count() == 1);
    CHECK(p.get() != nullptr);
    const auto q = F::template allocate_shared<wide[]>(noting_allocator<int>{of}, 3);
    CHECK(reinterpret_cast<std::uintptr_t>(q.get()) % 64 == 0);
    CHECK(q[2].value == 3);
    watcher = q;
  }
  CHECK(of.deallocations >= 1);
  CHECK(watcher.expired());
  watcher.reset();
  CHECK(of.deallocations == 2);
}
TEST_CASE_TEMPLATE_APPLY(kinds, families);

TEST_CASE_TEMPLATE_DEFINE("allocate_shared: a polymorphic allocator passes itself to the elements", F, polymorphic) {
  alignas(std::max_align_t) std::array<std::byte, 4096> buffer;
  std::pmr::monotonic_buffer_resource resource{buffer.data(), buffer.size(), std::pmr::null_memory_resource()};
  const std::pmr::polymorphic_allocator<> allocator{&resource};
  const auto p = F::template allocate_shared<std::pmr::string[]>(allocator, 3);
  CHECK(p[2].get_allocator().resource() == &resource);
  const std::pmr::string text(50, 't');
  const auto q = F::template allocate_shared<std::pmr::string[2]>(allocator, text);
  CHECK(q[1] == text);
  CHECK(q[1].get_allocator().resource() == &resource);
}
TEST_CASE_TEMPLATE_APPLY(polymorphic, families);
