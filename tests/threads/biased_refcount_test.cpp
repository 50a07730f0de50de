#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <chrono>
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

TEST_CASE("biased_refcount: the last drop destroys the object on its thread, while the owner does nothing (trap 62)") {
  for (const bool is_cyclic : {false, true}) {
    biased::ptr<counted> plain;
    collected::ptr<counted> cyclic;
    if (is_cyclic) {
      cyclic = collected::make<counted>();
    } else {
      plain = biased::make<counted>();
    }
    const ouro::managed_weak<counted, ouro::biased_refcount, ouro::no_collector, ouro::pool_allocator> watcher = plain;
    int alive_then = -1;
    on_another_thread([&alive_then, one = std::move(plain), two = std::move(cyclic)]() mutable {
      one.reset();
      two.reset();
      alive_then = counted::alive;
    });
    CHECK(alive_then == 0);
    CHECK(watcher.expired());
    CHECK(counted::last_to_die.load() != std::this_thread::get_id());
  }
}

TEST_CASE("biased_refcount: the drops of other threads are merged when the owner makes an object") {
  auto object = biased::make<counted>();
  on_another_thread([taken = object]() mutable { taken.reset(); });
  CHECK(object.use_count() == 1);
  CHECK(biased::make<int>(1).use_count() == 1);
  CHECK(object.use_count() == 1);
  object.reset();
  CHECK(counted::alive == 0);
  CHECK(counted::last_to_die.load() == std::this_thread::get_id());
}

TEST_CASE("biased_refcount: the owner's last drop destroys the object at once, though other drops wait for a merge") {
  auto object = biased::make<counted>();
  auto second = object;
  auto waits = biased::make<counted>();
  on_another_thread([one = object, two = waits]() mutable {
    one.reset();
    two.reset();
  });
  object.reset();
  CHECK(counted::alive == 2);
  second.reset();
  CHECK(counted::alive == 1);
  CHECK(waits.use_count() == 1);
  // A third thread drops what is queued.
  on_another_thread([taken = std::move(waits)]() mutable { taken.reset(); });
  CHECK(counted::alive == 0);
}

TEST_CASE("biased_refcount: a weak pointer of the owner locks what other threads have dropped, until none is left") {
  using weak = ouro::managed_weak<counted, ouro::biased_refcount, ouro::no_collector, ouro::pool_allocator>;
  auto object = biased::make<counted>();
  const weak watcher = object;
  CHECK(watcher.lock().use_count() == 2);
  CHECK(object.use_count() == 1);
  on_another_thread([taken = object]() mutable { taken.reset(); });
  CHECK(watcher.lock().use_count() == 2);
  CHECK(object.use_count() == 1);
  on_another_thread([taken = std::move(object)]() mutable { taken.reset(); });
  CHECK(counted::alive == 0);
  CHECK(watcher.lock() == nullptr);
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

TEST_CASE("biased_refcount: a queued object dies with its last pointer, whatever has become of its parts") {
  auto object = biased::make<counted>();
  auto second = object;
  biased::ptr<counted> third;
  on_another_thread([taken = std::move(second), &object, &third]() mutable {
    taken.reset();   // the shared count falls below zero: queued for the owner
    third = object;  // and rises to zero
  });
  object.reset();
  CHECK(counted::alive == 1);
  third.reset();
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
  biased::ptr<counted> second;
  std::thread owner{[&] {
    object = biased::make<counted>();
    second = object;
    stage = 1;
    while (stage != 2) std::this_thread::yield();
  }};
  while (stage != 1) std::this_thread::yield();
  object.reset();  // queued for the owner
  CHECK(counted::alive == 1);
  stage = 2;
  owner.join();
  CHECK(second.use_count() == 1);
  second.reset();  // merged by now
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
  biased::ptr<counted> second;
  biased::ptr<counted> left;
  std::thread owner{[&] {
    second = biased::make<counted>();
    left = second;
    // Destroyed after the locals of the thread, before it ends as an owner.
    static thread_local acting at_end;
    at_end.at_end = [&second] { on_another_thread([&second] { second.reset(); }); };
  }};
  owner.join();
  CHECK(counted::alive == 1);
  CHECK(left.use_count() == 1);
  left.reset();
  CHECK(counted::alive == 0);
}

TEST_CASE("biased_refcount: a destructor may have another thread queue objects for its owner, and drop them itself") {
  auto second = biased::make<counted>();
  auto third = second;
  int alive_within = -1;
  auto first = biased::make<acting>([&] {
    on_another_thread([&second] { second.reset(); });
    biased::make<int>(1);  // merges
    third.reset();
    alive_within = counted::alive;
  });
  on_another_thread([taken = first]() mutable { taken.reset(); });
  first.reset();
  CHECK(alive_within == 0);
  CHECK(counted::alive == 0);
}

TEST_CASE("biased_refcount: pairs of drops at the same moment leave nothing, whoever owns the object") {
  constexpr int rounds = 20'000;
  std::atomic<int> turn = 0;
  biased::ptr<counted> handed;
  std::thread other{[&] {
    for (int round = 0; round != rounds; ++round) {
      while (turn != 2 * round + 1) ouro::detail::spin_pause();
      auto taken = std::move(handed);
      turn = 2 * round + 2;
      taken.reset();
    }
  }};
  int late = 0;
  for (int round = 0; round != rounds; ++round) {
    auto object = biased::make<counted>();
    handed = object;
    auto more = object;
    turn = 2 * round + 1;
    more.reset();
    while (turn != 2 * round + 2) ouro::detail::spin_pause();
    object.reset();  // at the same time as the other thread's drop
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (counted::alive != 0 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    if (counted::alive != 0) ++late;
  }
  other.join();
  CHECK(late == 0);
  CHECK(counted::alive == 0);
}
