// Atomic pointers that threads change at the same time, with collections meanwhile.

#include "support/counted.hpp"
#include "support/gc_settings.hpp"
#include "threads/run_together.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <random>
#include <thread>
#include <utility>

namespace {

template <class Memory>
struct node : ouro::test::counted<node<Memory>, std::atomic<int>> {
  int value;
  int negated;
  typename Memory::template atomic_ptr<node> next;

  explicit node(int of = 0) : value{of}, negated{-of} {}
  node(const node&) = delete;
  node& operator=(const node&) = delete;
  ~node() { negated = value + 1; }
  void trace(auto&& visit) { visit(next); }

  [[nodiscard]] bool is_whole() const { return negated == -value; }
};

using biased = ouro::shared_memory;
using atomic = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>;
using tracking = ouro::memory<ouro::biased_refcount, ouro::generational, ouro::pool_allocator>;
using plain = ouro::memory<ouro::biased_refcount, ouro::no_collector, ouro::pool_allocator>;

}  // namespace

TEST_CASE_TEMPLATE("atomic_ptr: loads see whole objects while stores and exchanges replace them", Memory, biased,
                   atomic, plain) {
  using object = node<Memory>;
  const ouro::thread_scope here;
  {
    typename Memory::template atomic_ptr<object> slot{Memory::template make<object>(1)};
    std::atomic<int> broken = 0;
    std::atomic<long> taken = 0;
    std::atomic<long> put = 1;
    ouro::test::run_together([&](int i) {
      for (int k = 1; k != 2'000; ++k) {
        if (i % 2 == 0) {
          put += k;
          if (const auto old = slot.exchange(Memory::template make<object>(k))) taken += old->value;
        } else {
          const auto seen = slot.load();
          const auto again = seen;
          if (seen == nullptr || !again->is_whole()) ++broken;
        }
      }
    });
    CHECK(broken == 0);
    CHECK(slot.load().use_count() == 2);
    taken += slot.load()->value;
    CHECK(taken == put);
    Memory::gc::collect();  // merges what was queued for threads that have ended
    CHECK(object::alive == 1);
  }
  CHECK(object::alive == 0);
}

TEST_CASE_TEMPLATE("atomic_ptr: few objects that are stored again and again keep exact counts", Memory, biased, atomic,
                   plain) {
  using object = node<Memory>;
  const ouro::thread_scope here;
  {
    std::array<typename Memory::template ptr<object>, 3> kept;
    for (auto& each : kept) each = Memory::template make<object>(1);
    std::array<typename Memory::template atomic_ptr<object>, 2> slots;
    ouro::test::run_together([&](int i) {
      std::mt19937 random{static_cast<unsigned>(i)};
      for (int k = 1; k != 5'000; ++k) {
        auto& slot = slots[random() % slots.size()];
        const auto& one = kept[random() % kept.size()];
        switch (random() % 5) {
          case 0:
            slot.store(one);
            break;
          case 1:
            static_cast<void>(slot.exchange(slots[random() % slots.size()].load()));
            break;
          case 2: {
            auto expected = one;
            static_cast<void>(slot.compare_exchange_strong(expected, kept[random() % kept.size()]));
            break;
          }
          case 3:
            slot.store(nullptr);
            break;
          default:
            static_cast<void>(slot.load());
        }
      }
    });
    for (const auto& each : kept) {
      long expected = 1;
      for (const auto& slot : slots) expected += slot.load() == each ? 1 : 0;
      CHECK(each.use_count() == expected);
    }
  }
  Memory::gc::collect();
  CHECK(object::alive == 0);
}

TEST_CASE_TEMPLATE("atomic_ptr: a list that threads push to and pop from without a lock", Memory, biased, atomic) {
  using object = node<Memory>;
  const ouro::thread_scope here;
  std::atomic<long> popped = 0;
  {
    typename Memory::template atomic_ptr<object> head;
    const auto pop = [&head] {
      auto first = head.load();
      while (first != nullptr && !head.compare_exchange_weak(first, first->next.load())) {
      }
      return first;
    };
    ouro::test::run_together([&](int) {
      for (int k = 1; k != 500; ++k) {
        auto made = Memory::template make<object>(k);
        auto seen = head.load();
        do made->next.store(seen);
        while (!head.compare_exchange_weak(seen, made));
        if (k % 2 == 0) {
          if (const auto first = pop()) popped += first->value;
        }
      }
    });
    while (const auto first = pop()) popped += first->value;
  }
  CHECK(popped == ouro::test::threads * (499L * 500 / 2));
  Memory::gc::collect();
  CHECK(object::alive == 0);
}

TEST_CASE_TEMPLATE("atomic_ptr: a graph that threads change without a lock is collected meanwhile", Memory, biased,
                   atomic, tracking) {
  using object = node<Memory>;
  const ouro::thread_scope here;
  const ouro::test::gc_settings<Memory> as_before;
  Memory::gc::set_threshold(200);
  const auto before = Memory::gc::stats();
  {
    std::array<typename Memory::template atomic_ptr<object>, 4> roots;
    std::atomic<int> broken = 0;
    ouro::test::run_together([&, before = before.automatic_collections](int i) {
      std::mt19937 random{static_cast<unsigned>(i)};
      for (int k = 1; k < 3'000 || Memory::gc::stats().automatic_collections == before; ++k) {
        auto made = Memory::template make<object>(k);
        auto second = Memory::template make<object>(-k);
        made->next = second;
        second->next = made;
        auto& root = roots[random() % roots.size()];
        if (random() % 2 == 0) {
          const auto seen = root.load();
          if (seen != nullptr) second->next.store(seen->next.load());
        }
        if (random() % 4 == 0) root.store(made);
        const auto read = root.load();
        if (read != nullptr && (!read->is_whole() || read->next.load() == nullptr)) ++broken;
      }
    });
    CHECK(broken == 0);
  }
  Memory::gc::collect();
  CHECK(object::alive == 0);
  CHECK(Memory::gc::stats().over_reported == before.over_reported);
}

TEST_CASE("atomic_ptr: a thread that waits for another pointer lets collections pass") {
  using object = node<biased>;
  const ouro::thread_scope here;
  const ouro::test::gc_patience<biased> long_enough;
  ouro::atomic_ptr<object> slot;
  std::atomic<bool> has_begun = false;
  int seen = 0;
  std::thread waiter{[&] {
    const auto registers = biased::make<object>(1);
    has_begun = true;
    slot.wait(nullptr);
    seen = slot.load()->value;
  }};
  while (!has_begun) std::this_thread::yield();
  {
    auto ring = biased::make<object>(2);
    ring->next = ring;
  }
  CHECK(biased::gc::collect() == 1);
  slot.store(biased::make<object>(42));
  slot.notify_all();
  {
    const ouro::blocking until_it_ends;
    waiter.join();
  }
  CHECK(seen == 42);
}
