// Collections of shared objects while threads use them.

#include "support/counted.hpp"
#include "support/gc_settings.hpp"

#include <ouro/ouro.hpp>
#include <ouro/threads.hpp>

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <random>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

template <class Memory>
struct item : ouro::test::counted<item<Memory>, std::atomic<int>> {
  typename Memory::template ptr<item> left;
  std::vector<typename Memory::template ptr<item>> right;
  void trace(auto&& visit) { visit(left, right); }
};

/// A graph that threads change under a mutex: items that hang on a few slots, and point to each other.
template <class Memory>
class shared_graph {
 public:
  using pointer = typename Memory::template ptr<item<Memory>>;

  void change(std::mt19937& random) {
    pointer made = Memory::template make<item<Memory>>();
    made->left = Memory::template make<item<Memory>>();
    made->left->left = made;
    const std::size_t slot = random() % slots_.size();
    const std::size_t other = random() % slots_.size();
    const std::lock_guard lock{mutex_};
    switch (random() % 6) {
      case 0:
        slots_[slot] = std::move(made);
        break;
      case 1:
        slots_[slot].reset();
        break;
      case 2:
        if (slots_[slot] != nullptr && slots_[slot]->right.size() < 8) slots_[slot]->right.push_back(slots_[other]);
        break;
      case 3:
        if (slots_[slot] != nullptr) slots_[slot]->right.clear();
        break;
      case 4:
        watched_ = typename Memory::template weak<item<Memory>>{made};
        break;
      default:
        if (const auto seen = watched_.lock(); seen != nullptr) slots_[slot] = seen->left;
    }
  }

  void clear() {
    for (pointer& each : slots_) each.reset();
  }

 private:
  ouro::mutex mutex_;
  std::array<pointer, 16> slots_;
  typename Memory::template weak<item<Memory>> watched_;
};

}  // namespace

TEST_CASE_TEMPLATE("gc: threads that change a graph are collected meanwhile, and nothing that is in use is", Memory,
                   ouro::memory<ouro::biased_refcount, ouro::trial_deletion, ouro::pool_allocator>,
                   ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>,
                   ouro::memory<ouro::atomic_refcount, ouro::generational, ouro::pool_allocator>,
                   ouro::memory<ouro::biased_refcount, ouro::generational, ouro::pool_allocator>) {
  const ouro::thread_scope here;
  const ouro::test::gc_settings<Memory> as_before;
  Memory::gc::set_threshold(500);
  const auto before = Memory::gc::stats();
  {
    shared_graph<Memory> graph;
    std::vector<std::thread> threads;
    for (unsigned t = 0; t != 3; ++t) {
      threads.emplace_back([&graph, t, before = before.automatic_collections] {
        std::mt19937 random{t};
        for (int i = 0; i != 4000; ++i) graph.change(random);
        // Those that are asked for may have left nothing to do for others so far.
        while (Memory::gc::stats().automatic_collections == before) graph.change(random);
      });
    }
    // One that asks for all that can be asked for, and threads that live for a short time. It waits for them without
    // saying so, and so some stops give up.
    std::thread asking{[&graph] {
      std::mt19937 random{99};
      for (int i = 0; i != 100; ++i) {
        Memory::gc::collect();
        std::size_t edges = 0;
        for (const auto& each : Memory::gc::objects()) edges += Memory::gc::referents(each).size();
        CHECK(edges < 1'000'000);
        static_cast<void>(Memory::gc::count());
        static_cast<void>(Memory::gc::frozen_count());
        std::thread{[&graph, &random] { graph.change(random); }}.join();
      }
    }};
    {
      const ouro::blocking until_all_end;
      for (std::thread& each : threads) each.join();
      asking.join();
    }
    graph.clear();
  }
  Memory::gc::collect();
  CHECK(item<Memory>::alive == 0);
  CHECK(Memory::gc::stats().over_reported == before.over_reported);
}

namespace {

using mem = ouro::memory<ouro::biased_refcount, ouro::trial_deletion, ouro::pool_allocator>;

/// Calls a function in its finalizer.
struct finalized : ouro::test::counted<finalized, std::atomic<int>> {
  static inline std::atomic<int> calls = 0;

  mem::ptr<finalized> self;
  void (*at_end)(finalized&) = nullptr;

  void trace(auto&& visit) { visit(self); }
  void finalize() {
    ++calls;
    if (at_end != nullptr) at_end(*this);
  }
};

[[nodiscard]] mem::ptr<finalized> make_ring(void (*at_end)(finalized&)) {
  auto made = mem::make<finalized>();
  made->self = made;
  made->at_end = at_end;
  return made;
}

}  // namespace

TEST_CASE("gc: a weak pointer that another thread locks while finalizers run keeps the object") {
  static mem::weak<finalized> watcher;
  static mem::ptr<finalized> caught;
  const ouro::thread_scope here;
  mem::gc::collect();
  finalized::calls = 0;
  auto ring = make_ring([](finalized&) { std::thread{[] { caught = watcher.lock(); }}.join(); });
  watcher = mem::weak<finalized>{ring};
  ring.reset();
  const auto before = mem::gc::stats();
  CHECK(mem::gc::collect() == 0);
  CHECK(mem::gc::stats().resurrected == before.resurrected + 1);
  REQUIRE(caught != nullptr);
  CHECK(caught.use_count() == 2);
  CHECK(caught->self == caught);
  CHECK(finalized::alive == 1);
  caught.reset();
  CHECK(mem::gc::collect() == 1);
  CHECK(finalized::calls == 1);
  CHECK(finalized::alive == 0);
  CHECK(watcher.expired());
}

namespace {

/// Has another thread go on while it is finalized, and waits for its answer.
template <class Memory>
struct slow_to_end : ouro::test::counted<slow_to_end<Memory>, std::atomic<int>> {
  typename Memory::template ptr<slow_to_end> self;
  std::vector<typename Memory::template ptr<slow_to_end>> others;
  std::atomic<int>* stage = nullptr;

  void trace(auto&& visit) { visit(self, others); }
  void finalize() {
    if (stage == nullptr || *stage != 1) return;
    *stage = 2;
    while (*stage != 3) std::this_thread::yield();
  }
};

}  // namespace

TEST_CASE_TEMPLATE("gc: garbage stays a candidate where threads do not stop again after its finalizers", Memory, mem,
                   ouro::memory<ouro::atomic_refcount, ouro::generational, ouro::pool_allocator>) {
  using ring = slow_to_end<Memory>;
  const ouro::thread_scope here;
  Memory::gc::collect();
  std::atomic<int> stage = 0;
  std::thread other{[&stage] {
    const ouro::thread_scope scope{"stubborn"};
    {
      const ouro::blocking asleep;
      stage = 1;
      while (stage != 2) std::this_thread::yield();
    }
    stage = 3;
    while (stage != 4) std::this_thread::yield();
  }};
  while (stage != 1) std::this_thread::yield();
  {
    auto first = Memory::template make<ring>();
    first->self = first;
    first->stage = &stage;
    first->others.push_back(Memory::template make<ring>());
    first->others.push_back(Memory::template make<ring>());
    first->others.back()->self = first;
  }
  const auto before = Memory::gc::stats();
  {
    const ouro::test::gc_patience<Memory> short_time{1'000'000};
    CHECK(Memory::gc::patience() == 1'000'000);
    CHECK(Memory::gc::collect() == 0);
    CHECK(ring::alive == 3);
    CHECK(Memory::gc::stats().given_up == before.given_up + 1);
    CHECK(std::string_view{Memory::gc::stats().late_thread} == "stubborn");
    CHECK(Memory::gc::collect() == 0);
    CHECK(Memory::gc::stats().given_up == before.given_up + 2);
  }
  stage = 4;
  other.join();
  CHECK(Memory::gc::collect() == 3);
  CHECK(Memory::gc::stats().finalized == before.finalized + 3);
  CHECK(ring::alive == 0);
}

TEST_CASE("gc: a step that threads do not let begin has changed nothing, and says so") {
  const ouro::thread_scope here;
  mem::gc::collect();
  make_ring(nullptr).reset();
  std::atomic<int> stage = 0;
  std::thread other{[&stage] {
    const ouro::thread_scope scope{"in the way"};
    for (stage = 1; stage != 2;) std::this_thread::yield();
  }};
  while (stage != 1) std::this_thread::yield();
  const ouro::test::gc_patience<mem> none{0};
  const auto before = mem::gc::stats();
  CHECK(mem::gc::step(100) == 0);
  CHECK(mem::gc::count() == 1);
  CHECK(mem::gc::stats().given_up == before.given_up + 1);
  CHECK(mem::gc::stats().examined == before.examined);
  CHECK(std::string_view{mem::gc::stats().late_thread} == "in the way");
  stage = 2;
  other.join();
  CHECK(mem::gc::step(100) == 1);
}

TEST_CASE("gc: destructors of garbage run while other threads do, and may wait for them") {
  struct waiting {
    mem::ptr<waiting> self;
    std::atomic<int>* stage = nullptr;
    waiting() = default;
    waiting(const waiting&) = delete;
    waiting& operator=(const waiting&) = delete;
    ~waiting() {
      *stage = 1;
      while (*stage != 2) std::this_thread::yield();
    }
    // Not a template, which a local class cannot have.
    void trace(ouro::edge_visitor& visit) { visit(self); }
  };
  const ouro::thread_scope here;
  const ouro::test::gc_patience<mem> long_enough;
  mem::gc::collect();
  std::atomic<int> stage = 0;
  std::thread other{[&stage] {
    while (stage != 1) mem::gc::safepoint();
    auto made = mem::make<finalized>();
    made->self = made;
    made.reset();
    CHECK(mem::gc::collect() == 0);  // the other thread is collecting
    stage = 2;
  }};
  auto ring = mem::make<waiting>();
  ring->self = ring;
  ring->stage = &stage;
  ring.reset();
  CHECK(mem::gc::collect() >= 1);
  other.join();
  mem::gc::collect();
  CHECK(finalized::alive == 0);
}

TEST_CASE("gc: a shared memory with one thread collects by itself, in `make` and at safe points") {
  const ouro::thread_scope here;
  const ouro::test::gc_settings<mem> as_before;
  mem::gc::set_threshold(100);
  const auto before = mem::gc::stats();
  for (int i = 0; i != 2000; ++i) make_ring(nullptr).reset();
  CHECK(mem::gc::stats().automatic_collections > before.automatic_collections + 5);
  CHECK(finalized::alive < 500);
  mem::gc::collect();
  mem::gc::set_trigger(ouro::gc_trigger::safepoint);
  const auto between = mem::gc::stats();
  for (int i = 0; i != 2000; ++i) make_ring(nullptr).reset();
  CHECK(mem::gc::stats().automatic_collections == between.automatic_collections);
  CHECK(finalized::alive == 2000);
  {
    const mem::gc::pause none;
    CHECK(mem::gc::safepoint() == 0);
  }
  CHECK(mem::gc::safepoint() == 2000);
  CHECK(mem::gc::safepoint() == 0);
  CHECK(finalized::alive == 0);
}

TEST_CASE("gc: what a collection finds alive still belongs to the thread that has made it") {
  const ouro::thread_scope here;
  mem::gc::collect();
  auto kept = make_ring(nullptr);
  auto& header = *static_cast<ouro::detail::header<ouro::biased_refcount>*>(const_cast<void*>(kept.owner()));
  {
    const auto makes_a_candidate = kept;
  }
  CHECK(mem::gc::collect() == 0);
  CHECK(kept.use_count() == 2);
  kept->self.reset();
  CHECK(ouro::biased_refcount::is_only_pointer(header.count));
  kept.reset();
  CHECK(finalized::alive == 0);
}
