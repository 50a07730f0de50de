// The thread-safety of shared pointers: [util.smartptr.shared.general], [util.smartptr.weak.obs] and
// [util.smartptr.enab].
#include "standard/pointers.hpp"
#include "threads/run_together.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <barrier>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

using namespace ouro::test::standard;
using ouro::test::run_together;
using ouro::test::threads;

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: threads that copy and drop one object leave the count exact", F, copies) {
  const auto original = F::template make_shared<object>(1);
  run_together([&original](int) {
    for (int k = 0; k != 5'000; ++k) {
      const auto copy = original;
      shared<F, const object> second = copy;
      const auto third = std::move(second);
      const shared<F, const int> part{third, &third->value};
    }
  });
  CHECK(original.use_count() == 1);
  CHECK(original->is_whole());
}
TEST_CASE_TEMPLATE_APPLY(copies, thread_safe_families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: the last of many owners in many threads destroys the object once", F,
                          last_drop) {
  for (int round = 0; round != 100; ++round) {
    std::vector<shared<F, object>> owners(threads, F::template make_shared<object>(round));
    std::atomic<int> whole = 0;
    run_together([&owners, &whole](int i) {
      if (owners[static_cast<std::size_t>(i)]->is_whole()) ++whole;
      owners[static_cast<std::size_t>(i)].reset();
    });
    CHECK(whole == threads);
    CHECK(object::alive == 0);
  }
}
TEST_CASE_TEMPLATE_APPLY(last_drop, thread_safe_families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: objects made in one thread and dropped in another", F, handed_over) {
  std::vector<shared<F, object>> made;
  std::vector<weak<F, object>> watchers;
  for (int i = 0; i != 2'000; ++i) {
    if (i % 2 == 0) {
      made.push_back(F::template make_shared<object>(i));
    } else {
      made.emplace_back(new object{i});
    }
    watchers.push_back(made.back());
  }
  std::thread{[taken = std::move(made)]() mutable { taken.clear(); }}.join();
  CHECK(object::alive == 0);
  int expired = 0;
  for (const auto& each : watchers) expired += each.expired() ? 1 : 0;
  CHECK(expired == 2'000);
}
TEST_CASE_TEMPLATE_APPLY(handed_over, thread_safe_families);

TEST_CASE_TEMPLATE_DEFINE("shared_ptr: objects made in a thread that ends", F, made_in_other_thread) {
  shared<F, object> kept;
  weak<F, object> watcher;
  std::thread{[&] {
    kept = F::template make_shared<object>(7);
    watcher = F::template make_shared<object>(8);
  }}.join();
  CHECK(kept->is_whole());
  CHECK(kept.use_count() == 1);
  CHECK(watcher.expired());
  kept.reset();
  CHECK(object::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(made_in_other_thread, thread_safe_families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: a lock that races with the last drop gives a living object or none", F,
                          lock_races) {
  std::atomic<int> broken = 0;
  for (int round = 0; round != 300; ++round) {
    auto original = F::template make_shared<object>(round);
    const weak<F, object> watcher = original;
    std::barrier<> together{2};
    std::thread other{[&] {
      together.arrive_and_wait();
      for (int k = 0; k != 20; ++k) {
        if (const auto locked = watcher.lock(); locked != nullptr && !locked->is_whole()) ++broken;
      }
    }};
    together.arrive_and_wait();
    original.reset();
    other.join();
    CHECK(watcher.expired());
  }
  CHECK(broken == 0);
  CHECK(object::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(lock_races, thread_safe_families);

TEST_CASE_TEMPLATE_DEFINE("weak_ptr: threads that watch one object at once", F, watch_together) {
  for (int round = 0; round != 50; ++round) {
    const auto original = F::template make_shared<object>(round);
    std::atomic<int> locked = 0;
    run_together([&original, &locked](int) {
      for (int k = 0; k != 50; ++k) {
        const weak<F, object> watcher = original;
        const weak<F, const object> copy = watcher;
        if (copy.lock() == original) ++locked;
      }
    });
    CHECK(locked == threads * 50);
    CHECK(original.use_count() == 1);
  }
}
TEST_CASE_TEMPLATE_APPLY(watch_together, thread_safe_families);

TEST_CASE_TEMPLATE_DEFINE("enable_shared_from_this: threads that share from one object", F, shared_from_this) {
  struct aware : from_this<F, aware> {
    int value = 5;
  };
  const auto original = F::template make_shared<aware>();
  std::atomic<int> same = 0;
  run_together([&original, &same](int) {
    for (int k = 0; k != 1'000; ++k) {
      if (original->shared_from_this() == original && !original->weak_from_this().expired()) ++same;
    }
  });
  CHECK(same == threads * 1'000);
  CHECK(original.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(shared_from_this, thread_safe_families);
