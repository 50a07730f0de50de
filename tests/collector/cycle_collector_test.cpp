#include "collector/mortal_heap.hpp"
#include "collector/quiet_heap.hpp"
#include "collector/unreliable.hpp"
#include "support/counted.hpp"
#include "support/gc_settings.hpp"
#include "support/mortal.hpp"
#include "support/ring.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <thread>
#include <vector>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

using ouro::gc;
using ouro::make;
using ouro::ptr;
using ouro::test::by_trial;
using ouro::test::clean_heap;
using ouro::test::counted;
using ouro::test::mortal;
using ouro::test::quiet_heap;
using ouro::test::unreliable;

namespace {

void leave_garbage(int objects) {
  for (int i = 0; i != objects; ++i) ouro::test::make_ring(1, &mortal::left, 'g');
}

/// For objects of another thread, since the counter of `mortal` is not atomic.
struct other : counted<other> {
  void trace(auto&& visit) { visit(self); }

  ptr<other> self;
};

/// Drops a pointer to itself in its constructor, and collects there.
struct early {
  explicit early(bool collects) {
    if (!collects) return;
    {
      const auto escaped = ouro::managed_from_this(this);
    }
    CHECK(gc::collect() == 0);
    self = ouro::managed_from_this(this);
  }
  void trace(auto&& visit) { visit(self); }

  ptr<early> self;
};

/// Restores the settings of the heap at its end.
struct settings : ouro::test::none_left<mortal>, ouro::test::gc_settings<> {};

}  // namespace

TEST_CASE_FIXTURE(settings, "cycle_collector: garbage is collected while the program makes objects") {
  gc::set_threshold(100);
  leave_garbage(1000);
  CHECK(mortal::alive <= 101);
  CHECK(gc::stats().automatic_collections >= 9);
}

TEST_CASE_FIXTURE(settings,
                  "cycle_collector: an automatic collection begins in make_managed, and not in a drop (invariant 3)") {
  gc::set_threshold(10);
  std::vector<ptr<mortal>> held;
  gc::disable();
  for (int i = 0; i != 50; ++i) {
    held.push_back(make<mortal>('h'));
    held.back()->left = held.back();
  }
  gc::enable();
  held.clear();  // 50 drops, each of which leaves garbage behind
  CHECK(mortal::alive == 50);
  CHECK(gc::count() == 50);
  for (int i = 0; i != 100 && mortal::alive > 1; ++i) make<mortal>('m');
  CHECK(mortal::alive == 0);
}

TEST_CASE_FIXTURE(settings, "cycle_collector: after disable() only explicit calls collect") {
  gc::set_threshold(10);
  gc::disable();
  CHECK_FALSE(gc::is_enabled());
  leave_garbage(200);
  CHECK(mortal::alive == 200);
  CHECK(gc::collect() == 200);
  gc::enable();
  CHECK(gc::is_enabled());
}

TEST_CASE_FIXTURE(settings, "cycle_collector: a threshold of zero switches automatic collections off") {
  gc::set_threshold(0);
  CHECK(gc::threshold() == 0);
  leave_garbage(200);
  CHECK(mortal::alive == 200);
}

TEST_CASE_FIXTURE(settings, "cycle_collector: a live heap is not walked again for every few candidates") {
  gc::set_threshold(10);
  std::vector<ptr<mortal>> living;
  living.push_back(make<mortal>('l'));
  for (int i = 0; i != 1000; ++i) {
    living.push_back(make<mortal>('l'));
    living.back()->left = living.front();
    living.front()->many.push_back(living.back());
  }
  gc::collect();
  const auto before = gc::stats();
  for (int i = 0; i != 1000; ++i) {
    {
      const auto copy = living[static_cast<std::size_t>(i)];
    }
    make<mortal>('m');
  }
  const auto after = gc::stats();
  CHECK(after.automatic_collections > before.automatic_collections);
  CHECK(after.examined - before.examined <= 4 * 1001);
  for (const auto& each : living) {
    each->left.reset();
    each->many.clear();
  }
}

TEST_CASE_FIXTURE(settings, "cycle_collector: each thread has its own heap, and a last collection at its end") {
  leave_garbage(2);
  int alive_in_thread = -1;
  std::size_t count_in_thread = 99;
  std::thread{[&] {
    count_in_thread = gc::count();
    const auto self = make<other>();
    self->self = self;
    alive_in_thread = other::alive;
  }}.join();
  CHECK(count_in_thread == 0);
  CHECK(alive_in_thread == 1);
  CHECK(other::alive == 0);
  CHECK(gc::count() == 2);
}

TEST_CASE("cycle_collector: a collection in a constructor keeps the new object and does not trace it (trap 7)") {
  {
    const auto object = make<early>(true);
    CHECK(object.use_count() == 2);
  }
  CHECK(gc::collect() == 1);
}

namespace {

struct makes_at_end {
  static inline std::size_t collections_within = 0;
  ptr<makes_at_end> edge;
  void trace(auto&& visit) { visit(edge); }
  ~makes_at_end() {
    const std::size_t before = gc::stats().collections;
    for (int i = 0; i != 100; ++i) {
      const auto made = make<unreliable<ouro::default_memory>>();
      made->left = made;
    }
    collections_within += gc::stats().collections - before;
  }
};

/// Garbage whose destructor leaves the next garbage, `more` times.
struct chain {
  explicit chain(int of) : more{of} {}
  chain(const chain&) = delete;
  chain& operator=(const chain&) = delete;
  ~chain() {
    if (more != 0) leave(more - 1);
  }
  static void leave(int more) {
    const auto made = make<chain>(more);
    made->self = made;
  }
  void trace(auto&& visit) { visit(self); }
  int more;
  ptr<chain> self;
};

}  // namespace

TEST_CASE("cycle_collector: objects that destructors make start no collection (trap 44)") {
  ouro::heap h;
  const ouro::heap::scope in{h};
  gc::set_threshold(10);
  make<makes_at_end>();
  CHECK(makes_at_end::collections_within == 0);
  CHECK(unreliable<ouro::default_memory>::alive == 100);
  CHECK(gc::collect() == 100);
}

TEST_CASE("cycle_collector: an automatic collection makes one pass, an explicit one repeats for new garbage") {
  ouro::heap h;
  const ouro::heap::scope in{h};
  gc::disable();
  chain::leave(3);
  CHECK(gc::collect() == 4);

  gc::enable();
  gc::set_threshold(1);
  chain::leave(3);
  std::vector<std::size_t> collected;
  const auto listener = gc::callbacks().add([&collected](const ouro::gc_info& info) {
    if (info.phase == ouro::gc_phase::stop) collected.push_back(info.collected);
  });
  while (collected.size() < 4) make<mortal>('m');
  gc::callbacks().remove(listener);
  CHECK(collected == std::vector<std::size_t>{1, 1, 1, 1});
}

TEST_CASE("cycle_collector: an automatic collection that is due does not begin without candidates") {
  ouro::heap h;
  const ouro::heap::scope in{h};
  gc::set_threshold(1);
  std::vector<ptr<mortal>> held;
  for (int i = 0; i != 1000; ++i) held.push_back(make<mortal>('m'));
  CHECK(gc::stats().collections == 0);
  held.pop_back();
  {
    const auto copy = held.back();
  }
  for (int i = 0; i != 1000; ++i) held.push_back(make<mortal>('m'));
  CHECK(gc::stats().collections != 0);
}

#if defined(__GLIBC__)
TEST_CASE_TEMPLATE("cycle_collector: a thread that collects without candidates leaves no memory behind", Memory,
                   ouro::default_memory, ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>) {
  const auto collect_in_threads = [](int threads) {
    for (int i = 0; i != threads; ++i) std::thread{[] { Memory::gc::collect(); }}.join();
  };
  collect_in_threads(10);
  const std::size_t before = mallinfo2().uordblks;
  collect_in_threads(100);
  // A worklist is 4 KiB.
  CHECK(mallinfo2().uordblks < before + 20'000);
}
#endif

namespace {

/// Calls for collections in its trace and its destructor.
struct collecting : counted<collecting> {
  static inline std::size_t in_trace = 0;
  static inline std::size_t in_destructor = 0;

  ~collecting() { in_destructor += ouro::gc::collect() + ouro::gc::drain() + ouro::gc::step(10); }
  void trace(auto&& visit) {
    in_trace += ouro::gc::collect();
    visit(next);
  }

  ouro::ptr<collecting> next;
};

}  // namespace

TEST_CASE("cycle_collector: a collection called from a trace or a destructor does nothing (trap 42)") {
  const quiet_heap<by_trial> heap;
  {
    const auto one = ouro::make<collecting>();
    one->next = ouro::make<collecting>();
    one->next->next = one;
  }
  const auto referred = [] {
    auto self = ouro::make<collecting>();
    return ouro::gc::referents(self).size();
  }();
  CHECK(referred == 0);
  CHECK(ouro::gc::collect() == 2);
  CHECK(collecting::in_trace == 0);
  CHECK(collecting::in_destructor == 0);
  CHECK(collecting::alive == 0);
  ouro::ptr<collecting> waiting = ouro::make<collecting>();
  {
    const ouro::gc::deferred_drops later;
    waiting.reset();
    CHECK(collecting::alive == 1);
    CHECK(ouro::gc::drain() == 1);
  }
  CHECK(collecting::in_destructor == 0);
}

namespace {

/// Its destructor leaves a new cycle.
struct hydra {
  static inline int made = 0;
  static void grow() {
    const auto head = make<hydra>();
    head->self = head;
    ++made;
  }
  hydra() = default;
  hydra(const hydra&) = delete;
  hydra& operator=(const hydra&) = delete;
  ~hydra() {
    if (made < 1000) grow();
  }
  void trace(auto&& visit) { visit(self); }

  ptr<hydra> self;
};

}  // namespace

TEST_CASE_FIXTURE(clean_heap,
                  "cycle_collector: collect() does nothing in a destructor, a finalizer or a callback (trap 42)") {
  std::vector<std::size_t> results;
  const auto try_to_collect = [&results] { results.push_back(gc::collect()); };
  const auto garbage = [] {
    const auto self = make<mortal>('g');
    self->left = self;
  };
  {
    const auto dying = make<mortal>('d');
    dying->at_destruction = [&] {
      garbage();
      try_to_collect();
    };
  }
  {
    const auto last = make<ouro::test::finalized>('f');
    last->at_finalization = [&] {
      garbage();
      try_to_collect();
    };
  }
  {
    auto target = make<mortal>('t');
    const ouro::weak<mortal> watcher{target, [&] {
                                       garbage();
                                       try_to_collect();
                                     }};
    target.reset();
  }
  const auto listener = gc::callbacks().add([&](const ouro::gc_info&) { try_to_collect(); });
  CHECK(results == std::vector<std::size_t>{0, 0, 0});
  CHECK(mortal::alive == 3);
  CHECK(gc::collect() == 3);
  CHECK(results == std::vector<std::size_t>{0, 0, 0, 0, 0});
  gc::callbacks().remove(listener);
}

TEST_CASE_FIXTURE(clean_heap,
                  "cycle_collector: a destructor in a collection may make objects, and none is lost (trap 43)") {
  ptr<mortal> survivor;
  {
    const auto self = make<mortal>('s');
    self->left = self;
    self->at_destruction = [&] {
      survivor = make<mortal>('n');
      const auto cycle = make<mortal>('c');
      cycle->left = cycle;
    };
  }
  CHECK(gc::collect() == 2);  // the next pass of the collection finds the garbage of the destructor
  CHECK(mortal::alive == 1);
  CHECK(survivor.use_count() == 1);
}

TEST_CASE("cycle_collector: destructors that leave new garbage do not keep a collection going for ever (trap 45)") {
  hydra::grow();
  const std::size_t first = gc::collect();
  CHECK(first >= 1);
  CHECK(first < 100);
  CHECK(gc::count() == 1);
  hydra::made = 1000;
  CHECK(gc::collect() == 1);
  CHECK(gc::count() == 0);
}
