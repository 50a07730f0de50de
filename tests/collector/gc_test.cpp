#include "support/counted.hpp"
#include "support/gc_settings.hpp"
#include "support/mortal.hpp"
#include "support/ring.hpp"
#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdlib>
#include <thread>
#include <vector>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

using ouro::gc;
using ouro::make;
using ouro::ptr;
using ouro::test::counted;
using ouro::test::mortal;
using ouro::test::unraisable_reports;

namespace {

void leave_garbage(int objects) {
  for (int i = 0; i != objects; ++i) ouro::test::make_ring(1, &mortal::left, 'g');
}

/// Of another thread: the counter of `mortal` is not atomic.
struct other : counted<other> {
  void trace(auto&& visit) { visit(self); }

  ptr<other> self;
};

/// Gives away a handle in its constructor, and collects there.
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

/// Settings of the heap, put back at the end.
struct settings : ouro::test::none_left<mortal>, ouro::test::gc_settings<> {};

}  // namespace

TEST_CASE_FIXTURE(settings, "gc: garbage is collected as a program goes on making objects") {
  gc::set_threshold(100);
  leave_garbage(1000);
  CHECK(mortal::alive <= 101);
  CHECK(gc::stats().automatic_collections >= 9);
}

TEST_CASE_FIXTURE(settings, "gc: a collection begins in make_managed and nowhere else (invariant 3)") {
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

TEST_CASE_FIXTURE(settings, "gc: disabled, it collects when called for, and then only") {
  gc::set_threshold(10);
  gc::disable();
  CHECK_FALSE(gc::is_enabled());
  leave_garbage(200);
  CHECK(mortal::alive == 200);
  CHECK(gc::collect() == 200);
  gc::enable();
  CHECK(gc::is_enabled());
}

TEST_CASE_FIXTURE(settings, "gc: a threshold of zero switches automatic collections off") {
  gc::set_threshold(0);
  CHECK(gc::threshold() == 0);
  leave_garbage(200);
  CHECK(mortal::alive == 200);
}

TEST_CASE_FIXTURE(settings, "gc: a living heap is not walked again for each few candidates") {
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

TEST_CASE_FIXTURE(settings, "gc: callbacks hear of the start and the stop of a collection, with its sums") {
  std::vector<ouro::gc_info> heard;
  const auto listener = gc::callbacks().add([&heard](const ouro::gc_info& info) { heard.push_back(info); });
  leave_garbage(3);
  gc::collect();
  REQUIRE(heard.size() == 2);
  CHECK(heard[0].phase == ouro::gc_phase::start);
  CHECK(heard[1].phase == ouro::gc_phase::stop);
  CHECK(heard[1].collected == 3);
  CHECK(heard[1].examined == 3);
  CHECK_FALSE(heard[1].automatic);
  gc::callbacks().remove(listener);
  gc::collect();
  CHECK(heard.size() == 2);
}

TEST_CASE_FIXTURE(settings, "gc: each thread has a heap of its own, and its last garbage goes with the thread") {
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

TEST_CASE("gc: without a collector there is nothing to find") {
  using counting = ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>;
  CHECK(counting::gc::collect() == 0);
  CHECK(counting::gc::count() == 0);
  CHECK_FALSE(counting::gc::is_enabled());
}

TEST_CASE("gc: a collection while a constructor runs takes its object for held, and does not look into it (trap 7)") {
  {
    const auto object = make<early>(true);
    CHECK(object.use_count() == 2);
  }
  CHECK(gc::collect() == 1);
}

namespace {

/// A trace of which throws after so many, or forgets an edge every other time.
template <class Memory>
struct unreliable : counted<unreliable<Memory>> {
  static inline int traces_until_throw = -1;
  static inline bool forgets = false;
  static inline int traces = 0;

  void trace(auto&& visit) {
    if (traces_until_throw == 0) throw 1;
    if (traces_until_throw > 0) --traces_until_throw;
    visit(left);
    if (!forgets || ++traces % 2 == 0) visit(right);
  }

  typename Memory::template ptr<unreliable> left;
  typename Memory::template ptr<unreliable> right;
};

/// A ring of two that is garbage, watched by `watcher`, and leads to one that is returned.
template <class Memory>
auto garbage_beside_living(typename Memory::template weak<unreliable<Memory>>* watcher = nullptr) {
  using node = unreliable<Memory>;
  auto living = Memory::template make<node>();
  living->left = Memory::template make<node>();
  living->left->left = living;
  living->right = living->left;
  const auto garbage = Memory::template make<node>();
  garbage->left = Memory::template make<node>();
  garbage->left->left = garbage;
  garbage->left->right = garbage;
  garbage->right = living;
  if (watcher != nullptr) *watcher = garbage;
  return living;
}

using by_generation = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;

}  // namespace

TEST_CASE_TEMPLATE("gc: a trace that throws at whatever time spoils no count, and garbage is garbage later (trap 40)",
                   Memory, ouro::default_memory, by_generation) {
  using node = unreliable<Memory>;
  const unraisable_reports reports;
  Memory::gc::collect();
  for (int nth = 0; nth != 12; ++nth) {
    for (const std::size_t generation : {std::size_t{0}, std::size_t{1}}) {
      auto living = garbage_beside_living<Memory>();
      node::traces_until_throw = nth;
      Memory::gc::collect(generation);
      node::traces_until_throw = -1;
      CAPTURE(nth);
      const bool is_collected = node::alive == 2;
      REQUIRE((is_collected || node::alive == 4));
      REQUIRE(living.use_count() == (is_collected ? 2 : 3));
      REQUIRE(living->left.use_count() == 2);
      Memory::gc::collect();
      REQUIRE(node::alive == 2);
      REQUIRE(living.use_count() == 2);
      living.reset();
      Memory::gc::collect();
      REQUIRE(node::alive == 0);
    }
  }
}

TEST_CASE_TEMPLATE("gc: a trace that forgets an edge every other time frees nothing that lives (trap 39)", Memory,
                   ouro::default_memory, by_generation) {
  using node = unreliable<Memory>;
  Memory::gc::collect();
  for (int first = 0; first != 2; ++first) {
    for (const std::size_t generation : {std::size_t{0}, std::size_t{1}}) {
      typename Memory::template weak<node> watcher;
      auto living = garbage_beside_living<Memory>(&watcher);
      node::traces = first;
      node::forgets = true;
      Memory::gc::collect(generation);
      node::forgets = false;
      REQUIRE(living->left->left == living);
      REQUIRE(living->left.use_count() == 2);
      Memory::gc::collect();
      // Taken for alive, it may be no candidate any more (trap 37).
      if (const auto left = watcher.lock(); left != nullptr) left->left = nullptr;
      REQUIRE(node::alive == 2);
      REQUIRE(living.use_count() == 2);
      living.reset();
      Memory::gc::collect();
      REQUIRE(node::alive == 0);
    }
  }
}

TEST_CASE("gc: what is frozen is not walked into, whoever leads to it") {
  using node = unreliable<ouro::default_memory>;
  ouro::heap h;
  const ouro::heap::scope in{h};
  auto frozen = make<node>();
  frozen->left = make<node>();
  frozen->left->left = frozen;
  {
    const auto copy = frozen;
  }
  gc::freeze();
  gc::collect();
  {
    const auto garbage = make<node>();
    garbage->left = garbage;
    garbage->right = frozen->left;
  }
  const std::size_t before = gc::stats().examined;
  CHECK(gc::collect() == 1);
  CHECK(gc::stats().examined == before + 1);
  CHECK(frozen->left.use_count() == 1);
  gc::unfreeze();
  frozen->left = nullptr;
  frozen.reset();
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

struct watches_itself {
  ouro::weak<watches_itself> self;
  ptr<watches_itself> edge;
  watches_itself()
      : self{ouro::managed_from_this<ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>(this)} {}
  void trace(auto&& visit) { visit(edge); }
};

/// Garbage whose destructor leaves garbage behind, so many times.
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

TEST_CASE("gc: destructors that make objects start no collection (trap 44)") {
  ouro::heap h;
  const ouro::heap::scope in{h};
  gc::set_threshold(10);
  make<makes_at_end>();
  CHECK(makes_at_end::collections_within == 0);
  CHECK(unreliable<ouro::default_memory>::alive == 100);
  CHECK(gc::collect() == 100);
}

TEST_CASE("gc: an automatic collection makes one pass; one that is called for goes on to the garbage of destructors") {
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

TEST_CASE("gc: where there are no candidates, an automatic collection that is due does not begin") {
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

TEST_CASE("make_managed: an object that has given a weak pointer to itself away is born all the same") {
  const auto object = make<watches_itself>();
  CHECK(object->self.lock() == object);
  CHECK(object.use_count() == 1);
  CHECK(gc::is_tracked(object));
}

#if defined(__GLIBC__)
TEST_CASE_TEMPLATE("gc: a thread that collects and never had a candidate leaves no memory behind", Memory,
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
