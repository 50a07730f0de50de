#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using biased = ouro::shared_memory;
using atomic = ouro::memory<ouro::atomic_refcount, ouro::generational, ouro::pool_allocator>;
using plain = ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::system_allocator>;

template <class Memory>
struct node : ouro::test::counted<node<Memory>> {
  int value = 0;
  typename Memory::template atomic_ptr<node> next;

  explicit node(int of = 0) : value{of} {}
  void trace(auto&& visit) { visit(next); }
};

/// An aggregate, which the library sees through by itself.
struct pair_of_edges {
  ouro::atomic_ptr<pair_of_edges> first;
  std::atomic<ouro::shared_memory::ptr<pair_of_edges>> second;
};

constinit ouro::atomic_ptr<int> at_namespace_scope;

}  // namespace

static_assert(sizeof(ouro::atomic_ptr<int>) == sizeof(std::uint64_t));
static_assert(std::same_as<ouro::atomic_ptr<int>, ouro::shared_memory::atomic_ptr<int>>);
static_assert(std::same_as<ouro::atomic_ptr<int>::value_type, ouro::shared_memory::ptr<int>>);
static_assert(!std::is_copy_constructible_v<ouro::atomic_ptr<int>>);
static_assert(!std::is_copy_assignable_v<ouro::atomic_ptr<int>>);
static_assert(std::is_nothrow_default_constructible_v<ouro::atomic_ptr<int>>);
static_assert(std::derived_from<std::atomic<biased::ptr<int>>, ouro::atomic_ptr<int>>);

TEST_CASE_TEMPLATE("atomic_ptr: holds one count of what it points to", Memory, biased, atomic, plain) {
  using object = node<Memory>;
  {
    auto first = Memory::template make<object>(1);
    auto second = Memory::template make<object>(2);
    object* const address = first.get();
    typename Memory::template atomic_ptr<object> slot{first};
    CHECK(slot.is_lock_free() == slot.is_always_lock_free);
    CHECK(first.use_count() == 2);
    {
      const auto copy = slot.load();
      CHECK(copy == first);
      CHECK(first.use_count() == 3);
    }
    slot.store(second);
    CHECK(first.use_count() == 1);
    CHECK(second.use_count() == 2);
    auto old = slot.exchange(std::move(first));
    CHECK(first == nullptr);
    CHECK(old == second);
    CHECK(second.use_count() == 2);
    CHECK(slot.load().get() == address);
    slot = old;
    CHECK(object::alive == 1);
    const typename Memory::template ptr<object> converted = slot;
    CHECK(converted == second);
    CHECK(second.use_count() == 4);
    slot = nullptr;
    CHECK(slot.load() == nullptr);
    CHECK(slot.exchange(nullptr) == nullptr);
    CHECK(second.use_count() == 3);
  }
  CHECK(object::alive == 0);
}

TEST_CASE_TEMPLATE("atomic_ptr: stores if it holds what is expected, and says what it holds otherwise", Memory, biased,
                   atomic, plain) {
  using object = node<Memory>;
  {
    const auto first = Memory::template make<object>(1);
    const auto second = Memory::template make<object>(2);
    typename Memory::template atomic_ptr<object> slot{first};
    auto expected = second;
    CHECK_FALSE(slot.compare_exchange_strong(expected, second));
    CHECK(expected == first);
    CHECK(first.use_count() == 3);
    CHECK(second.use_count() == 1);
    CHECK(slot.compare_exchange_weak(expected, second, std::memory_order_acq_rel));
    CHECK(expected == first);
    CHECK(first.use_count() == 2);
    CHECK(second.use_count() == 2);
    CHECK_FALSE(slot.compare_exchange_weak(expected, nullptr, std::memory_order_release, std::memory_order_relaxed));
    CHECK(expected == second);
    CHECK(first.use_count() == 1);
    CHECK(slot.compare_exchange_strong(expected, nullptr, std::memory_order_release, std::memory_order_relaxed));
    expected.reset();
    CHECK(slot.compare_exchange_strong(expected, second));
    CHECK(expected == nullptr);
    CHECK(second.use_count() == 2);
    CHECK_FALSE(slot.compare_exchange_strong(expected, nullptr));
    CHECK(expected == second);
    slot.wait(nullptr);  // returns at once
    slot.notify_one();
    slot.notify_all();
  }
  CHECK(object::alive == 0);
}

TEST_CASE_TEMPLATE("atomic_ptr: is an edge, so that cycles through it are collected", Memory, biased, atomic) {
  using object = node<Memory>;
  Memory::gc::collect();
  auto kept = Memory::template make<object>(0);
  {
    auto first = Memory::template make<object>(1);
    first->next = Memory::template make<object>(2);
    first->next.load()->next = first;
    kept->next = Memory::template make<object>(3);
    kept->next.load()->next = kept;
  }
  CHECK(Memory::gc::referents(kept).size() == 1);
  CHECK(Memory::gc::collect() == 2);
  CHECK(object::alive == 2);
  CHECK(kept->next.load()->value == 3);
  CHECK(kept.use_count() == 2);
  kept.reset();
  CHECK(Memory::gc::collect() == 2);
  CHECK(object::alive == 0);
}

TEST_CASE("atomic_ptr: aggregates with it need no trace") {
  biased::gc::collect();
  {
    const auto made = biased::make<pair_of_edges>();
    made->first = made;
    made->second = biased::make<pair_of_edges>();
    made->second.load()->second = made;
  }
  CHECK(biased::gc::collect() == 2);
}

TEST_CASE("atomic_ptr: objects that are replaced die in the store, outside of the slot") {
  struct storing {
    std::vector<int>& log;
    ouro::shared_memory::atomic_ptr<storing>& in;
    int number;
    storing(std::vector<int>& to, ouro::shared_memory::atomic_ptr<storing>& of, int with)
        : log{to}, in{of}, number{with} {}
    storing(const storing&) = delete;
    storing& operator=(const storing&) = delete;
    ~storing() {
      const auto now = in.load();
      log.push_back(number * 10 + (now == nullptr ? 0 : now->number));
      if (number == 1) in.store(nullptr);
    }
    void trace(ouro::edge_visitor&) {}
  };
  std::vector<int> log;
  ouro::shared_memory::atomic_ptr<storing> slot;
  slot = biased::make<storing>(log, slot, 1);
  slot = biased::make<storing>(log, slot, 2);
  CHECK(log == std::vector<int>{12, 20});
  CHECK(slot.load() == nullptr);
}

TEST_CASE("atomic_ptr: is constant initialised, holds const objects, arrays, void and immortal ones") {
  CHECK(at_namespace_scope.load() == nullptr);
  at_namespace_scope = biased::make<int>(7);
  CHECK(*at_namespace_scope.load() == 7);
  at_namespace_scope = nullptr;

  const ouro::atomic_ptr<const std::string> text{biased::make<std::string>("text")};
  CHECK(*text.load() == "text");
  ouro::atomic_ptr<int[]> array{biased::make<int[]>(3, 5)};
  CHECK(array.load()[2] == 5);
  const auto object = biased::make<int>(1);
  ouro::atomic_ptr<void> any{object};
  CHECK(any.load() == object);
  CHECK(object.use_count() == 2);

  const auto forever = biased::make<int>(2);
  ouro::immortalize(forever);
  ouro::atomic_ptr<int> slot{forever};
  CHECK(slot.load() == forever);
  slot = nullptr;
  CHECK(ouro::is_immortal(forever));
}
