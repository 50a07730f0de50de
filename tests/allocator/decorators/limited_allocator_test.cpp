#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <new>
#include <stdexcept>
#include <vector>

namespace {

struct first_budget {};
struct second_budget {};
using limited = ouro::limited_allocator<ouro::pool_allocator, first_budget>;
using other = ouro::limited_allocator<ouro::pool_allocator, second_budget>;
using memory = ouro::memory<ouro::local_refcount, ouro::trial_deletion, limited>;

struct node {
  memory::ptr<node> next;
  std::array<std::byte, 80> payload{};
};

/// Restores the budget at the end of a test.
struct budget_of {
  explicit budget_of(std::size_t bytes) { limited::set_limit(limited::used() + bytes); }
  ~budget_of() { limited::set_limit(limited::unlimited); }
};

static_assert(ouro::allocator_policy<limited> && ouro::has_trim<limited>);
static_assert(!ouro::has_trim<ouro::limited_allocator<ouro::system_allocator>>);

}  // namespace

TEST_CASE("limited_allocator: gives exactly as many bytes as its budget has, and again those that come back") {
  const budget_of budget{100};
  void* const first = limited::allocate(60, 8);
  REQUIRE(first != nullptr);
  CHECK(limited::allocate(41, 8) == nullptr);
  void* const second = limited::allocate(40, 8);
  REQUIRE(second != nullptr);
  CHECK(limited::allocate(1, 8) == nullptr);
  limited::deallocate(first, 60, 8);
  void* const third = limited::allocate(60, 8);
  CHECK(third != nullptr);
  limited::deallocate(second, 40, 8);
  limited::deallocate(third, 60, 8);
}

TEST_CASE("limited_allocator: counts bytes in use and their peak, each budget its own") {
  const std::size_t before = limited::used();
  limited::reset_peak();
  void* const block = limited::allocate(72, 8);
  CHECK(limited::used() == before + 72);
  CHECK(other::used() == 0);
  limited::deallocate(block, 72, 8);
  CHECK(limited::used() == before);
  CHECK(limited::peak() == before + 72);
  limited::reset_peak();
  CHECK(limited::peak() == before);
}

TEST_CASE("limited_allocator: a request that its allocator cannot serve is not charged") {
  struct empty_handed {
    static void* allocate(std::size_t, std::size_t) { throw std::runtime_error{"none"}; }
    static void deallocate(void*, std::size_t, std::size_t) noexcept {}
  };
  using poor = ouro::limited_allocator<empty_handed>;
  CHECK(poor::allocate(8, 8) == nullptr);
  CHECK(poor::used() == 0);
}

TEST_CASE("limited_allocator: at its limit make_managed collects once, and throws only if that was no help") {
  const std::size_t bytes = ouro::size_of(memory::make<node>());
  const budget_of budget{10 * bytes};
  const std::size_t before = memory::gc::stats().collections;
  for (int i = 0; i != 100; ++i) {
    auto garbage = memory::make<node>();
    garbage->next = garbage;
  }
  CHECK(memory::gc::stats().collections == before + 9);
  memory::ptr<node> list;
  const auto grow = [&] {
    for (;;) {
      auto head = memory::make<node>();
      head->next = list;
      list = head;
    }
  };
  CHECK_THROWS_AS(grow(), std::bad_alloc);
  CHECK(memory::gc::stats().collections == before + 11);  // one that helped, and the one before the exception
  int length = 0;
  for (auto at = list; at; at = at->next) ++length;
  CHECK(length == 10);
}

TEST_CASE("limited_allocator: the containers of a program share its budget") {
  const budget_of budget{1000};
  std::vector<int, memory::std_allocator<int>> numbers;
  CHECK_THROWS_AS(numbers.resize(251), std::bad_alloc);
  numbers.resize(250);
  CHECK(numbers.size() == 250);
}

TEST_CASE("limited_allocator: trim is passed on to the allocator below") {
  using pools = ouro::limited_allocator<ouro::pool_allocator>;
  std::vector<void*> many;
  for (int i = 0; i != 10'000; ++i) many.push_back(pools::allocate(1000, 8));
  for (void* const each : many) pools::deallocate(each, 1000, 8);
  pools::trim();
  const std::size_t arenas = ouro::pool_allocator::statistics().arenas;
  ouro::pool_allocator::trim();
  CHECK(ouro::pool_allocator::statistics().arenas == arenas);
}
