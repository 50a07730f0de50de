#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <vector>

namespace {

using biased = ouro::memory<ouro::biased_refcount, ouro::no_collector, ouro::pool_allocator>;
using collected = ouro::memory<ouro::biased_refcount, ouro::trial_deletion, ouro::pool_allocator>;

struct counted : ouro::test::counted<counted, std::atomic<int>> {
  static inline std::atomic<std::thread::id> last_to_die = std::thread::id{};

  counted() = default;
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;
  ~counted() { last_to_die = std::this_thread::get_id(); }

  void trace(auto&& visit) { visit(next); }

  collected::ptr<counted> next;
};

template <class Do>
void on_another_thread(Do what) {
  std::thread{std::move(what)}.join();
}

}  // namespace

TEST_CASE(
    "biased_refcount: the drops of other threads are merged on the owner's thread when it makes an object (trap 62)") {
  auto object = biased::make<counted>();
  on_another_thread([taken = std::move(object)]() mutable { taken.reset(); });
  CHECK(counted::alive == 1);
  CHECK(biased::make<int>(1).use_count() == 1);
  CHECK(counted::alive == 0);
  CHECK(counted::last_to_die.load() == std::this_thread::get_id());
}

TEST_CASE("biased_refcount: gc::collect() drains the merge queue too, with a collector and without") {
  auto plain = biased::make<counted>();
  auto cyclic = collected::make<counted>();
  on_another_thread([one = std::move(plain), two = std::move(cyclic)]() mutable {
    one.reset();
    two.reset();
  });
  biased::gc::collect();
  CHECK(counted::alive == 0);
  collected::gc::collect();
  CHECK(counted::alive == 0);
}

TEST_CASE("biased_refcount: a pointer of the owner keeps an object alive that other threads have queued for it") {
  auto object = biased::make<counted>();
  auto second = object;
  auto third = object;
  on_another_thread([one = std::move(second), two = std::move(third)]() mutable {
    one.reset();
    two.reset();
  });
  biased::gc::collect();
  CHECK(object.use_count() == 1);
  on_another_thread([taken = std::move(object)]() mutable { taken.reset(); });
  // Merged by now, it dies where its last pointer is dropped.
  CHECK(counted::alive == 0);
  CHECK(counted::last_to_die.load() != std::this_thread::get_id());
}

TEST_CASE("biased_refcount: a queued object lives until its owner merges it, though the last pointer has gone") {
  auto object = biased::make<counted>();
  auto second = object;
  biased::ptr<counted> third;
  on_another_thread([taken = std::move(second), &object, &third]() mutable {
    taken.reset();   // the shared count falls below zero: queued for the owner
    third = object;  // and rises to zero
  });
  object.reset();
  third.reset();
  CHECK(counted::alive == 1);
  biased::gc::collect();
  CHECK(counted::alive == 0);
}

TEST_CASE(
    "biased_refcount: when the owner drops its last pointer, the pointers of other threads keep the object alive") {
  auto object = biased::make<counted>();
  std::atomic<int> stage = 0;
  std::thread other{[copied = biased::ptr<counted>{object}, &stage]() mutable {
    const auto own = copied;
    copied.reset();
    stage = 1;
    while (stage != 2) std::this_thread::yield();
    CHECK(counted::alive == 1);
  }};
  while (stage != 1) std::this_thread::yield();
  object.reset();
  CHECK(counted::alive == 1);
  stage = 2;
  other.join();
  biased::gc::collect();
  CHECK(counted::alive == 0);
}

TEST_CASE("biased_refcount: an object whose owner thread has ended dies where its last pointer is dropped (trap 62)") {
  std::vector<biased::ptr<counted>> objects;
  on_another_thread([&] {
    for (int i = 0; i != 100; ++i) objects.push_back(biased::make<counted>());
  });
  CHECK(counted::alive == 100);
  auto copy = objects.front();
  objects.clear();
  CHECK(counted::alive == 1);
  // The next thread takes the dead one's place: what is queued belongs to it, and is merged at its end.
  on_another_thread([&] {
    const auto mine = biased::make<counted>();
    copy.reset();
  });
  CHECK(counted::alive == 0);
}

TEST_CASE("biased_refcount: a thread drains its merge queue before it ends") {
  std::atomic<int> stage = 0;
  biased::ptr<counted> object;
  std::thread owner{[&] {
    object = biased::make<counted>();
    stage = 1;
    while (stage != 2) std::this_thread::yield();
  }};
  while (stage != 1) std::this_thread::yield();
  object.reset();
  CHECK(counted::alive == 1);
  stage = 2;
  owner.join();
  CHECK(counted::alive == 0);
}

TEST_CASE("biased_refcount: immortal objects stay, whatever their owner and others do") {
  auto object = biased::make<int>(7);
  const auto copy = object;
  int* const raw = object.get();
  on_another_thread([taken = std::move(object)]() mutable {
    ouro::immortalize(taken);
    taken.reset();
  });
  biased::gc::collect();
  CHECK(ouro::is_immortal(copy));
  on_another_thread([raw] { CHECK(ouro::is_immortal(biased::from_this(raw))); });
}

TEST_CASE("biased_refcount: cycles between threads are candidates, and are collected when all have gone") {
  auto first = collected::make<counted>();
  on_another_thread([&first] {
    first->next = collected::make<counted>();
    first->next->next = first;
  });
  CHECK(counted::alive == 2);
  on_another_thread([taken = std::move(first)]() mutable { taken.reset(); });
  CHECK(collected::gc::collect() == 2);
  CHECK(counted::alive == 0);
}

// Objects in slots that threads exchange with one another: owners and other threads change counts, objects are queued
// while their owner merges, owners end and their tags are used again. In the end each object has died once, and none
// while a slot held it.
TEST_CASE("biased_refcount: threads that make, copy, pass and drop at random leave no object and no count behind") {
  constexpr std::size_t slots = 16;
  struct exchange {
    std::mutex mutex;
    biased::ptr<counted> held;
  };
  std::array<exchange, slots> passed;
  for (unsigned round = 0; round != 10; ++round) {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i != 4; ++i) {
      threads.emplace_back([&passed, seed = round * 4 + i] {
        std::mt19937 random{seed};
        std::array<biased::ptr<counted>, 8> own;
        for (int step = 0; step != 4000; ++step) {
          auto& mine = own[random() % own.size()];
          switch (random() % 4) {
            case 0:
              mine = biased::make<counted>();
              break;
            case 1:
              mine = own[random() % own.size()];
              break;
            case 2:
              mine.reset();
              break;
            default: {
              exchange& with = passed[random() % slots];
              const std::lock_guard lock{with.mutex};
              swap(with.held, mine);
            }
          }
        }
      });
    }
    for (std::thread& each : threads) each.join();
    for (const exchange& each : passed) {
      if (each.held) CHECK(each.held.use_count() >= 1);
    }
  }
  for (exchange& each : passed) each.held.reset();
  biased::gc::collect();
  CHECK(counted::alive == 0);
}

namespace {

/// Does something when it dies.
struct acting {
  std::function<void()> at_end;
  ~acting() {
    if (at_end) at_end();
  }
};

}  // namespace

TEST_CASE("biased_refcount: an object that is queued while its owner ends is merged by the owner") {
  biased::ptr<acting> first;
  biased::ptr<counted> second;
  std::atomic<int> stage = 0;
  std::thread owner{[&] {
    first = biased::make<acting>([&second] { on_another_thread([&second] { second.reset(); }); });
    second = biased::make<counted>();
    stage = 1;
    while (stage != 2) std::this_thread::yield();
  }};
  while (stage != 1) std::this_thread::yield();
  first.reset();  // queued, and destroyed when its owner ends
  CHECK(counted::alive == 1);
  stage = 2;
  const std::thread::id of_owner = owner.get_id();
  owner.join();
  CHECK(counted::alive == 0);
  CHECK(counted::last_to_die.load() == of_owner);
}

TEST_CASE("biased_refcount: an object that is queued while its owner drains its queue waits until that is over") {
  auto second = biased::make<counted>();
  int alive_within = -1;
  auto first = biased::make<acting>([&] {
    on_another_thread([&second] { second.reset(); });
    biased::make<int>(1);  // would drain the queue
    alive_within = counted::alive;
  });
  on_another_thread([&first] { first.reset(); });
  biased::make<int>(1);
  CHECK(alive_within == 1);
  CHECK(counted::alive == 1);
  biased::make<int>(1);
  CHECK(counted::alive == 0);
}
