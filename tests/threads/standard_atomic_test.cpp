// The thread-safety of atomic pointers: [util.smartptr.atomic] and [depr.util.smartptr.shared.atomic].
#include "standard/pointers.hpp"
#include "threads/run_together.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <type_traits>

using namespace ouro::test::standard;
using ouro::test::run_together;
using ouro::test::threads;

namespace {

template <class F>
using has_sanitized_atomics = std::bool_constant<F::is_thread_safe && F::has_atomic && F::has_sanitized_atomics>;
using families_with_sanitized_atomics = typename chosen_families<has_sanitized_atomics, families>::type;

}  // namespace

TEST_CASE_TEMPLATE_DEFINE("atomic_shared_ptr: loads see whole objects while stores replace them", F, load_store) {
  {
    atomic_shared<F, object> current{F::template make_shared<object>(0)};
    std::atomic<int> broken = 0;
    run_together([&](int i) {
      for (int k = 1; k != 1'000; ++k) {
        if (i % 2 == 0) {
          current.store(F::template make_shared<object>(k));
        } else if (const auto seen = current.load(); seen == nullptr || !seen->is_whole()) {
          ++broken;
        }
      }
    });
    CHECK(broken == 0);
    CHECK(current.load().use_count() == 2);
  }
  CHECK(object::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(load_store, families_with_sanitized_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_shared_ptr: exchanges lose and double nothing", F, exchange) {
  std::atomic<long> taken = 0;
  {
    atomic_shared<F, object> slot;
    run_together([&](int) {
      for (int k = 1; k != 1'000; ++k) {
        if (const auto old = slot.exchange(F::template make_shared<object>(k))) taken += old->value;
      }
    });
    taken += slot.load()->value;
  }
  CHECK(taken == threads * (999L * 1'000 / 2));
  CHECK(object::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(exchange, families_with_sanitized_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_shared_ptr: a list that threads push to and pop from", F, compare_exchange) {
  struct link {
    int value = 0;
    shared<F, link> next{};
  };
  std::atomic<long> popped = 0;
  atomic_shared<F, link> head;
  const auto pop = [&head]() -> shared<F, link> {
    auto first = head.load();
    while (first != nullptr && !head.compare_exchange_weak(first, first->next)) {
    }
    return first;
  };
  run_together([&](int) {
    for (int k = 1; k != 500; ++k) {
      auto made = F::template make_shared<link>();
      made->value = k;
      made->next = head.load();
      while (!head.compare_exchange_weak(made->next, made)) {
      }
      if (k % 2 == 0) {
        if (const auto first = pop()) popped += first->value;
      }
    }
  });
  while (const auto first = pop()) popped += first->value;
  CHECK(popped == threads * (499L * 500 / 2));
}
TEST_CASE_TEMPLATE_APPLY(compare_exchange, families_with_sanitized_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_shared_ptr: a thread waits until another one stores and notifies", F, wait_notify) {
  atomic_shared<F, object> current;
  const auto answer = F::template make_shared<object>(42);
  int seen = 0;
  std::thread waiter{[&] {
    current.wait(nullptr);
    seen = current.load()->value;
  }};
  std::this_thread::sleep_for(std::chrono::milliseconds{20});  // so that it most likely waits
  current.store(answer);
  current.notify_all();
  waiter.join();
  CHECK(seen == 42);
  CHECK(answer.use_count() == 2);
  std::thread other{[&] { current.wait(answer, std::memory_order_acquire); }};
  std::this_thread::sleep_for(std::chrono::milliseconds{20});
  current.store(nullptr);
  current.notify_one();
  other.join();
  CHECK(answer.use_count() == 1);
}
TEST_CASE_TEMPLATE_APPLY(wait_notify, families_with_sanitized_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_weak_ptr: loads lock whole objects or none", F, weak_load) {
  {
    atomic_weak<F, object> current;
    std::atomic<int> broken = 0;
    run_together([&](int i) {
      for (int k = 1; k != 500; ++k) {
        if (i % 2 == 0) {
          const auto made = F::template make_shared<object>(k);
          current.store(made);
        } else if (const auto locked = current.load().lock(); locked != nullptr && !locked->is_whole()) {
          ++broken;
        }
      }
    });
    CHECK(broken == 0);
  }
  CHECK(object::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(weak_load, families_with_sanitized_atomics);

TEST_CASE_TEMPLATE_DEFINE("atomic_store, atomic_load: threads that use the free functions", F, free_functions) {
  {
    auto current = F::template make_shared<object>(0);
    std::atomic<int> broken = 0;
    run_together([&](int i) {
      for (int k = 1; k != 500; ++k) {
        if (i % 2 == 0) {
          atomic_store(&current, F::template make_shared<object>(k));
        } else if (const auto seen = atomic_load(&current); !seen->is_whole()) {
          ++broken;
        }
      }
    });
    CHECK(broken == 0);
    CHECK(current.use_count() == 1);
  }
  CHECK(object::alive == 0);
}
TEST_CASE_TEMPLATE_APPLY(free_functions, families_with_sanitized_atomics);
