// [util.smartptr.shared.const]: constructors that take a deleter and an allocator.
#include "standard/allocators.hpp"
#include "standard/deleters.hpp"
#include "standard/objects.hpp"
#include "standard/pointers.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <memory_resource>
#include <new>
#include <type_traits>

using namespace ouro::test::standard;

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*, D, A): takes its memory from a copy of the allocator, and gives it back", F,
                          uses_allocator) {
  ledger of;
  deletions noted;
  auto* const made = new number{8};
  {
    const shared<F, number> p{made, noting_deleter{&noted}, noting_allocator<int>{of}};
    CHECK(p.get() == made);
    CHECK(p.use_count() == 1);
    CHECK(of.allocations == 1);
    CHECK_FALSE(of.contains(made));
    const shared<F, number> copy = p;
    CHECK(of.allocations == 1);
  }
  CHECK(of.deallocations == 1);
  CHECK(noted.calls == 1);
  CHECK(noted.last == made);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(uses_allocator, families);

TEST_CASE_TEMPLATE_DEFINE(
    "shared_ptr(Y*, D, A): the allocator may be of any type, even of void, and need not be rebindable by name", F,
    any_allocator) {
  ledger of;
  deletions noted;
  {
    const shared<F, number> p{new number, noting_deleter{&noted}, noting_allocator<char>{of}};
  }
  {
    const shared<F, number> p{new number, noting_deleter{&noted}, noting_allocator<number>{of}};
  }
  CHECK(of.deallocations == 2);
  {
    const shared<F, number> p{new number, noting_deleter{&noted}, minimal_allocator<void>{}};
  }
  {
    const shared<F, number> p{new number, noting_deleter{&noted}, std::allocator<void>{}};
  }
  CHECK(noted.calls == 4);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(any_allocator, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*, D, A): the allocator constructs and destroys no object that is given", F,
                          allocator_does_not_destroy) {
  ledger of;
  deletions noted;
  {
    const shared<F, number> p{new number, noting_deleter{&noted}, constructing_allocator<number>{of}};
    CHECK(of.allocations == 1);
  }
  CHECK(of.deallocations == 1);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(allocator_does_not_destroy, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*, D, A): a polymorphic allocator", F, polymorphic_allocator) {
  alignas(std::max_align_t) std::array<std::byte, 1024> buffer;
  std::pmr::monotonic_buffer_resource resource{buffer.data(), buffer.size(), std::pmr::null_memory_resource()};
  deletions noted;
  {
    const shared<F, number> p{new number, noting_deleter{&noted}, std::pmr::polymorphic_allocator<>{&resource}};
    CHECK(p.use_count() == 1);
  }
  CHECK(noted.calls == 1);
}
TEST_CASE_TEMPLATE_APPLY(polymorphic_allocator, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*, D, A): calls the deleter when there is no memory", F, no_memory_for_pointer) {
  ledger of;
  deletions noted;
  of.failures_after = 0;
  auto* const made = new number;
  using pointer = shared<F, number>;
  CHECK_THROWS_AS((pointer{made, noting_deleter{&noted}, noting_allocator<int>{of}}), std::bad_alloc);
  CHECK(noted.calls == 1);
  CHECK(noted.last == made);
  CHECK(number::alive == 0);
  CHECK(of.allocations == 0);
}
TEST_CASE_TEMPLATE_APPLY(no_memory_for_pointer, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*, D, A): calls a deleter that can only be moved when there is no memory", F,
                          no_memory_for_moved) {
  ledger of;
  deletions noted;
  of.failures_after = 0;
  using pointer = shared<F, number>;
  CHECK_THROWS_AS((pointer{new number, move_only_deleter{noted}, noting_allocator<int>{of}}), std::bad_alloc);
  CHECK(noted.calls == 1);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(no_memory_for_moved, families);

TEST_CASE_TEMPLATE_DEFINE(
    "shared_ptr(nullptr, D, A): owns null; calls the deleter at the end, and when there is no memory", F,
    null_with_allocator) {
  ledger of;
  deletions noted;
  {
    const shared<F, number> p{nullptr, noting_deleter{&noted}, noting_allocator<int>{of}};
    CHECK(p.get() == nullptr);
    CHECK(p.use_count() == 1);
    CHECK(of.allocations == 1);
    CHECK(noted.calls == 0);
  }
  CHECK(noted.calls == 1);
  CHECK(of.deallocations == 1);
  of.failures_after = 0;
  using pointer = shared<F, number>;
  CHECK_THROWS_AS((pointer{nullptr, noting_deleter{&noted}, noting_allocator<int>{of}}), std::bad_alloc);
  CHECK(noted.calls == 2);
}
TEST_CASE_TEMPLATE_APPLY(null_with_allocator, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*, D, A): of an array", F, array_with_allocator) {
  ledger of;
  deletions noted;
  {
    const shared<F, number[]> p{new number[3], noting_array_deleter{&noted}, noting_allocator<int>{of}};
    CHECK(p.use_count() == 1);
    CHECK(number::alive == 3);
    const shared<F, number[2]> q{new number[2], noting_array_deleter{&noted}, noting_allocator<int>{of}};
    CHECK(number::alive == 5);
  }
  CHECK(noted.calls == 2);
  CHECK(of.deallocations == 2);
  CHECK(number::alive == 0);
  of.failures_after = 0;
  using pointer = shared<F, number[]>;
  auto* const made = new number[4];
  CHECK_THROWS_AS((pointer{made, noting_array_deleter{&noted}, noting_allocator<int>{of}}), std::bad_alloc);
  CHECK(noted.calls == 3);
  CHECK(number::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(array_with_allocator, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*, D, A): refuses what does not convert", F, allocator_constraints) {
  using pointer = shared<F, base>;
  using allocator = std::allocator<int>;
  static_assert(std::is_constructible_v<pointer, derived*, noting_deleter, allocator>);
  static_assert(!std::is_constructible_v<pointer, second_base*, noting_deleter, allocator>);
  static_assert(!std::is_constructible_v<pointer, const base*, noting_deleter, allocator>);
  static_assert(!std::is_constructible_v<pointer, with_private_base*, noting_deleter, allocator>);
  static_assert(std::is_constructible_v<pointer, std::nullptr_t, noting_deleter, allocator>);
  static_assert(!std::is_constructible_v<shared<F, int[]>, long*, noting_array_deleter, allocator>);
  static_assert(!std::is_nothrow_constructible_v<pointer, base*, noting_deleter, allocator>);
  if constexpr (F::constrains_deleters) {
    static_assert(!std::is_constructible_v<pointer, base*, int, allocator>);
    static_assert(!std::is_constructible_v<pointer, std::nullptr_t, int, allocator>);
  }
  CHECK(pointer{}.use_count() == 0);
}
TEST_CASE_TEMPLATE_APPLY(allocator_constraints, families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr(Y*, D, A): watchers keep the memory, and not the object", F,
                          watchers_keep_memory) {
  ledger of;
  deletions noted;
  weak<F, number> watcher;
  {
    const shared<F, number> p{new number, noting_deleter{&noted}, noting_allocator<int>{of}};
    watcher = p;
  }
  CHECK(noted.calls == 1);
  CHECK(number::alive == 0);
  CHECK(watcher.expired());
  watcher.reset();
  CHECK(of.deallocations == 1);
}
TEST_CASE_TEMPLATE_APPLY(watchers_keep_memory, families);
