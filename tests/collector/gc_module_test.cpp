// What Python's gc module offers beside collections, under both collectors.

#include "support/child.hpp"
#include "support/counted.hpp"
#include "support/gc_settings.hpp"
#include "support/ring.hpp"
#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

using ouro::test::counted;
using ouro::test::unraisable_reports;

namespace {

using by_trial = ouro::default_memory;
using by_generation = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;
using shared = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>;

template <class Memory>
struct node : counted<node<Memory>> {
  static inline int finalizers = 0;

  void finalize() { ++finalizers; }
  void trace(auto&& visit) { visit(left, right); }

  typename Memory::template ptr<node> left;
  typename Memory::template ptr<node> right;
};

template <class Memory>
auto make_ring(int length) {
  return ouro::test::make_ring<Memory>(length, &node<Memory>::left);
}

/// Whether both are the same objects, in any order.
template <class Object, class... Pointers>
[[nodiscard]] bool are(const std::vector<Object>& found, const Pointers&... expected) {
  return found.size() == sizeof...(expected) &&
         ((std::ranges::count_if(found, [&](const Object& each) { return each.owner() == expected.owner(); }) == 1) &&
          ...);
}

/// Nothing of earlier tests is young or old, and collections come when they are called for.
template <class Memory>
struct quiet_heap : ouro::test::none_left<node<Memory>>, ouro::test::explicit_collections<Memory> {
  quiet_heap() { node<Memory>::finalizers = 0; }
};

}  // namespace

TEST_CASE_TEMPLATE("gc: a collection of the young leaves garbage among the old alone", Memory, by_trial, by_generation,
                   shared) {
  const quiet_heap<Memory> heap;
  auto ring = make_ring<Memory>(3);
  {
    const auto candidate = ring;
  }
  CHECK(Memory::gc::collect(0) == 0);  // it ages
  ring.reset();
  make_ring<Memory>(2);
  CHECK(Memory::gc::collect(0) == 2);
  CHECK(node<Memory>::alive == 3);
  CHECK(Memory::gc::collect(1) == 3);
}

TEST_CASE_TEMPLATE("gc: counts, and keeps statistics, by generation", Memory, by_trial, by_generation) {
  const quiet_heap<Memory> heap;
  const auto young = Memory::gc::stats(0);
  const auto old = Memory::gc::stats(1);
  auto ring = make_ring<Memory>(1);
  {
    const auto candidate = ring;
  }
  CHECK(Memory::gc::count(0) == 1);
  CHECK(Memory::gc::count(1) == 0);
  Memory::gc::collect(0);
  CHECK(Memory::gc::count(0) == 0);
  ring.reset();
  Memory::gc::collect();
  CHECK(Memory::gc::count() == 0);
  CHECK(Memory::gc::stats(0).collections == young.collections + 1);
  CHECK(Memory::gc::stats(0).collected == young.collected);
  CHECK(Memory::gc::stats(1).collections == old.collections + 1);
  CHECK(Memory::gc::stats(1).collected == old.collected + 1);
}

namespace {

/// Ends 2 milliseconds after it began to.
struct slow_to_end {
  static constexpr std::uint64_t time = 2'000'000;

  ~slow_to_end() {
    const std::uint64_t began = ouro::detail::steady_nanoseconds();
    while (ouro::detail::steady_nanoseconds() - began < time) {
    }
  }
  void trace(auto&& visit) { visit(self); }

  ouro::ptr<slow_to_end> self;
};

}  // namespace

TEST_CASE("gc: the longest pause of a generation covers the destructors that it ran, and stays after shorter ones") {
  ouro::heap h;
  const ouro::heap::scope in{h};
  {
    const auto garbage = ouro::make<slow_to_end>();
    garbage->self = garbage;
  }
  CHECK(ouro::gc::stats(1).longest_pause == 0);
  CHECK(ouro::gc::collect() == 1);
  CHECK(ouro::gc::stats(1).longest_pause >= slow_to_end::time);
  CHECK(ouro::gc::stats(0).longest_pause == 0);
  const std::uint64_t longest = ouro::gc::stats(1).longest_pause;
  for (int i = 0; i != 10; ++i) ouro::gc::collect();
  CHECK(ouro::gc::stats(1).longest_pause >= longest);
}

TEST_CASE_TEMPLATE("gc: callbacks are told the generation", Memory, by_trial, by_generation) {
  const quiet_heap<Memory> heap;
  std::vector<std::size_t> told;
  const auto listener =
      Memory::gc::callbacks().add([&](const ouro::gc_info& info) { told.push_back(info.generation); });
  Memory::gc::collect(0);
  Memory::gc::collect();
  Memory::gc::callbacks().remove(listener);
  CHECK(told == std::vector<std::size_t>{0, 0, 1, 1});
}

TEST_CASE("gc: a callback that removes itself, or one before it, does not silence the next one") {
  const quiet_heap<by_trial> heap;
  auto& callbacks = by_trial::gc::callbacks();
  std::string called;
  ouro::gc_callbacks::handle itself = 0;
  const auto first = callbacks.add([&](const ouro::gc_info&) { called += 'a'; });
  itself = callbacks.add([&](const ouro::gc_info&) {
    called += 'b';
    callbacks.remove(first);
    callbacks.remove(itself);
  });
  const auto last = callbacks.add([&](const ouro::gc_info&) { called += 'c'; });
  by_trial::gc::collect();
  CHECK(called == "abcc");  // at the start, and at the end
  callbacks.remove(first);  // removed before, with another behind it
  CHECK(callbacks.size() == 1);
  callbacks.remove(last);
  callbacks.remove(last);
  CHECK(callbacks.size() == 0);
}

TEST_CASE("gc: what a callback holds may add callbacks when it goes") {
  struct adds_one {
    explicit adds_one(int& to) : calls{&to} {}
    adds_one(adds_one&& from) noexcept : calls{std::exchange(from.calls, nullptr)} {}
    adds_one& operator=(adds_one&&) = delete;
    ~adds_one() {
      if (calls != nullptr) by_trial::gc::callbacks().add([to = calls](const ouro::gc_info&) { ++*to; });
    }
    int* calls;
  };
  const quiet_heap<by_trial> heap;
  auto& callbacks = by_trial::gc::callbacks();
  int calls = 0;
  const auto add = [&] { return callbacks.add([held = adds_one{calls}](const ouro::gc_info&) {}); };
  const auto first = add();
  add();
  callbacks.remove(first);
  CHECK(callbacks.size() == 2);
  callbacks.clear();
  CHECK(callbacks.size() == 1);
  by_trial::gc::collect();
  CHECK(calls == 2);
  callbacks.clear();
}

TEST_CASE_TEMPLATE("gc: objects, referents and referrers", Memory, by_trial, by_generation, shared) {
  const quiet_heap<Memory> heap;
  {
    const auto ring = make_ring<Memory>(3);
    ring->right = ring->left;
    {
      const auto candidate = ring;
    }
    CHECK(are(Memory::gc::objects(), ring, ring->left, ring->left->left));
    CHECK(are(Memory::gc::objects(1)));
    CHECK(are(Memory::gc::referents(ring->left), ring->left->left));
    const auto both = Memory::gc::referents(ring);
    REQUIRE(both.size() == 2);  // each edge, as Python does
    CHECK(both[0] == both[1]);
    CHECK(Memory::gc::referents(typename Memory::template ptr<node<Memory>>{}).empty());
    CHECK(are(Memory::gc::referrers(ring), ring->left->left));
    CHECK(are(Memory::gc::referrers(ring, ring->left), ring->left->left, ring));
    CHECK(are(Memory::gc::referrers(Memory::template make<node<Memory>>())));
    CHECK(ring.use_count() == 2);
  }
  CHECK(Memory::gc::collect() == 3);
}

TEST_CASE_TEMPLATE("gc: what is frozen is not looked at until it is given back", Memory, by_trial, by_generation) {
  const quiet_heap<Memory> heap;
  auto ring = make_ring<Memory>(4);
  {
    const auto candidate = ring;
  }
  CHECK(Memory::gc::frozen_count() == 0);
  Memory::gc::freeze();
  CHECK(Memory::gc::frozen_count() == 4);
  const auto tail = Memory::template make<node<Memory>>();
  ring->right = tail;
  ring.reset();
  make_ring<Memory>(2);
  const auto before = Memory::gc::stats();
  CHECK(Memory::gc::collect() == 2);
  CHECK(Memory::gc::stats().examined - before.examined <= 4);
  CHECK(node<Memory>::alive == 5);
  CHECK(tail.use_count() == 2);
  Memory::gc::unfreeze();
  CHECK(Memory::gc::frozen_count() == 0);
  CHECK(Memory::gc::collect() == 4);
  CHECK(tail.use_count() == 1);
}

TEST_CASE_TEMPLATE("gc: what was frozen waits again where it has waited, young or old", Memory, by_trial, by_generation,
                   shared) {
  const quiet_heap<Memory> heap;
  auto old = make_ring<Memory>(1);
  Memory::gc::collect();
  {
    const auto candidate = old;
  }
  auto young = make_ring<Memory>(1);
  {
    const auto candidate = young;
  }
  CHECK(are(Memory::gc::objects(0), young));
  CHECK(are(Memory::gc::objects(1), old));
  const std::size_t waiting = Memory::gc::count();
  CHECK(waiting == 2);
  Memory::gc::freeze();
  Memory::gc::freeze();  // those that are frozen stay so
  CHECK(Memory::gc::frozen_count() == 2);
  CHECK(Memory::gc::count() == 0);
  CHECK(Memory::gc::objects().size() == 2);
  CHECK(Memory::gc::collect() == 0);
  Memory::gc::unfreeze();
  CHECK(are(Memory::gc::objects(0), young));
  CHECK(are(Memory::gc::objects(1), old));
  CHECK(Memory::gc::count() == waiting);
  old.reset();
  young.reset();
  CHECK(Memory::gc::collect(0) == 1);
  CHECK(Memory::gc::collect() == 1);
}

TEST_CASE("gc: what is dropped while it is frozen is no candidate of a collection before it is given back") {
  using memory = by_trial;
  const quiet_heap<memory> heap;
  auto ring = make_ring<memory>(2);
  {
    const auto candidate = ring;
  }
  memory::gc::freeze();
  auto second = ring->left;
  second.reset();  // it was reached, and was no candidate
  CHECK(memory::gc::count() == 0);
  CHECK(memory::gc::frozen_count() == 2);
  ring.reset();
  CHECK(memory::gc::collect() == 0);
  memory::gc::unfreeze();
  CHECK(memory::gc::count(0) == 2);
  CHECK(memory::gc::collect(0) == 2);
}

TEST_CASE_TEMPLATE("gc: nothing is written to frozen objects, whatever is collected or dies beside them", Memory,
                   by_trial, by_generation) {
  using header = ouro::detail::header<ouro::local_refcount>;
  const quiet_heap<Memory> heap;
  std::vector<decltype(make_ring<Memory>(1))> frozen;
  const auto add_frozen = [&frozen] {
    for (int i = 0; i != 20; ++i) {
      frozen.push_back(Memory::template make<node<Memory>>());
      {
        const auto candidate = frozen.back();
      }
    }
  };
  // Of both ages, with holes and others between them.
  add_frozen();
  Memory::gc::collect();
  add_frozen();
  for (const auto& each : frozen) {
    const auto candidate = each;
  }
  const auto gone = make_ring<Memory>(3);
  frozen[3].reset();
  frozen[22].reset();
  Memory::gc::freeze();

  const auto words = [&frozen] {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> seen;
    for (const auto& each : frozen) {
      if (each == nullptr) continue;
      const auto& at = *static_cast<const header*>(each.owner());
      seen.emplace_back(at.load_count(), at.load_info());
    }
    return seen;
  };
  frozen[0].reset();
  frozen[21].reset();
  const auto before = words();
  for (int round = 0; round != 3; ++round) {
    auto ring = make_ring<Memory>(5);
    const auto living = make_ring<Memory>(5);
    ring.reset();
    if constexpr (std::is_same_v<Memory, by_trial>) Memory::gc::step(3);
    CHECK(Memory::gc::collect(0) <= 5);
    Memory::gc::collect();
    living->left.reset();
  }
  CHECK(words() == before);
  frozen.clear();
  gone->left.reset();
}

TEST_CASE_TEMPLATE("gc: frozen objects die by their counts", Memory, by_trial, by_generation) {
  const quiet_heap<Memory> heap;
  auto ring = make_ring<Memory>(2);
  {
    const auto candidate = ring;
  }
  Memory::gc::freeze();
  ring->left->left = nullptr;
  ring.reset();
  CHECK(node<Memory>::alive == 0);
  CHECK(Memory::gc::frozen_count() == 0);
}

TEST_CASE_TEMPLATE("gc: set_debug(saveall) keeps what is found, finalized and whole, until it is let go", Memory,
                   by_trial, by_generation) {
  const quiet_heap<Memory> heap;
  Memory::gc::set_debug(ouro::gc_debug::saveall);
  CHECK(ouro::has_flag(Memory::gc::debug(), ouro::gc_debug::leak));
  typename Memory::template weak<node<Memory>> watcher;
  {
    const auto ring = make_ring<Memory>(2);
    watcher = ring;
  }
  CHECK(Memory::gc::collect() == 2);
  CHECK(node<Memory>::alive == 2);
  CHECK(node<Memory>::finalizers == 2);
  CHECK(watcher.expired());
  {
    const auto kept = Memory::gc::garbage();
    REQUIRE(kept.size() == 2);
    const auto first = ouro::static_pointer_cast<node<Memory>>(kept[0]);
    CHECK(first->left == ouro::static_pointer_cast<node<Memory>>(kept[1]));
    CHECK(first.use_count() == 4);  // the other's, the list's, the copy's, and this one
    CHECK(Memory::gc::is_finalized(first));
  }
  CHECK(Memory::gc::collect() == 0);
  Memory::gc::set_debug(ouro::gc_debug::none);
  Memory::gc::clear_garbage();
  CHECK(Memory::gc::garbage().empty());
  CHECK(Memory::gc::collect() == 2);
  CHECK(node<Memory>::finalizers == 2);
}

TEST_CASE("gc: set_debug(stats) prints CPython's lines, and what is collectable") {
  const auto said = ouro::test::run_in_child([] {
    ouro::gc::set_debug(ouro::gc_debug::stats | ouro::gc_debug::collectable);
    make_ring<by_trial>(2);
    ouro::gc::collect();
  });
  CAPTURE(said.text);
  CHECK(said.text.find("gc: collecting generation 1...\ngc: objects in each generation: 2 0\n") != std::string::npos);
  CHECK(said.text.find("gc: collectable <") != std::string::npos);
  CHECK(said.text.find("gc: done, 2 unreachable, 0 uncollectable, 0.") != std::string::npos);
}

TEST_CASE_TEMPLATE("gc: thresholds of both generations are what was set", Memory, by_trial, by_generation) {
  using gc = typename Memory::gc;
  const std::size_t before = gc::threshold(0);
  const std::size_t full_before = gc::threshold(1);
  gc::set_threshold(123, 4);
  CHECK(gc::threshold() == 123);
  CHECK(gc::threshold(1) == 4);
  gc::set_threshold(before, full_before);
  CHECK(gc::threshold(1) == full_before);
}

TEST_CASE("gc: without a collector there is nothing to count, and nothing is tracked") {
  using memory = ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>;
  const auto object = memory::make<int>(1);
  const auto copy = object;
  CHECK(memory::gc::count(0) == 0);
  CHECK(memory::gc::count() == 0);
  CHECK(memory::gc::stats().collections == 0);
  CHECK(memory::gc::stats(1).collections == 0);
  CHECK_FALSE(memory::gc::is_enabled());
  CHECK_FALSE(memory::gc::is_tracked(object));
}

TEST_CASE_TEMPLATE("gc: null is not tracked and leads to nothing, and neither does a leaf", Memory, by_trial,
                   by_generation) {
  using gc = typename Memory::gc;
  const typename Memory::template ptr<node<Memory>> none;
  CHECK_FALSE(gc::is_tracked(none));
  CHECK_FALSE(gc::is_finalized(none));
  CHECK(gc::referents(none).empty());
  CHECK(gc::referents(Memory::template make<int>(1)).empty());
}

TEST_CASE("gc: callbacks are counted and cleared; what one throws goes to the handler, and the next is called") {
  const quiet_heap<by_trial> heap;
  const unraisable_reports reports;
  int called = 0;
  auto& callbacks = by_trial::gc::callbacks();
  callbacks.add([](const ouro::gc_info&) { throw 1; });
  callbacks.add([&called](const ouro::gc_info&) { ++called; });
  CHECK(callbacks.size() == 2);
  by_trial::gc::collect();
  CHECK(reports.count == 2);
  CHECK(reports.last_type == "gc callback");
  CHECK(called == 2);
  callbacks.clear();
  CHECK(callbacks.size() == 0);
  by_trial::gc::collect();
  CHECK(called == 2);
  CHECK(reports.count == 2);
}

namespace {

/// In its constructor, it is a candidate already.
struct eager {
  static inline std::size_t objects_within = 99;
  static inline std::size_t destroyed_within = 99;

  eager() {
    {
      const auto self = ouro::managed_from_this<ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>(this);
    }
    objects_within = ouro::gc::objects().size();
    destroyed_within = ouro::gc::step(100);
  }
  void trace(auto&& visit) { visit(next); }

  ouro::ptr<eager> next;
};

struct holds_immutable {
  ouro::ptr<holds_immutable> next;
  ouro::frozen_list<ouro::ptr<holds_immutable>> none_of_them;
};

}  // namespace

TEST_CASE("gc: an object whose constructor has not returned is in nobody's view, and no step looks at it (trap 7)") {
  const quiet_heap<by_trial> heap;
  const auto object = ouro::make<eager>();
  CHECK(eager::objects_within == 0);
  CHECK(eager::destroyed_within == 0);
  CHECK(ouro::gc::count() == 1);
  CHECK(are(ouro::gc::objects(), object));
}

TEST_CASE("gc: what is out of the collector's sight is in no view, though a candidate leads to it") {
  const quiet_heap<by_trial> heap;
  {
    const auto object = ouro::make<holds_immutable>();
    object->none_of_them = {nullptr, nullptr};
    CHECK_FALSE(ouro::gc::is_tracked(object->none_of_them.block()));
    object->next = object;
    {
      const auto copy = object;
    }
    CHECK(are(ouro::gc::objects(), object));
  }
  CHECK(ouro::gc::collect() == 1);
}

TEST_CASE("gc: frozen candidates are passed over by steps, and forgotten at the end of their heap") {
  {
    ouro::heap h;
    const ouro::heap::scope in{h};
    auto first = by_trial::make<node<by_trial>>();
    {
      const auto candidate = first;
    }
    make_ring<by_trial>(3);
    first.reset();  // leaves a hole
    ouro::gc::freeze();
    CHECK(ouro::gc::step(100) == 0);
    CHECK(ouro::gc::count() == 0);
    CHECK(ouro::gc::frozen_count() == 3);
    make_ring<by_trial>(2);
    CHECK(ouro::gc::step(100) == 2);
    CHECK(ouro::gc::frozen_count() == 3);
  }
  CHECK(node<by_trial>::alive == 3);  // nobody has looked at them: they went with the pools
  node<by_trial>::alive = 0;
}

namespace {

/// Calls for a collection where none can be.
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

TEST_CASE("gc: a collection that a trace or a destructor calls for does not happen (trap 42)") {
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

/// A ring, whose finalizer can cut it, and whose trace can fail.
template <class Memory>
struct cut : counted<cut<Memory>> {
  static inline bool trace_fails = false;

  void finalize() {
    if (!cuts) return;
    next.reset();
    trace_fails = fails_then;
  }
  void trace(auto&& visit) {
    if (trace_fails) throw 1;
    visit(next, other);
  }

  typename Memory::template ptr<cut> next;
  typename Memory::template ptr<cut> other;
  bool cuts = false;
  bool fails_then = false;
};

/// Of three in a ring, the first cuts the second loose.
template <class Memory>
void make_cut_ring(bool fails_then) {
  const auto first = Memory::template make<cut<Memory>>();
  first->next = Memory::template make<cut<Memory>>();
  first->next->next = Memory::template make<cut<Memory>>();
  first->next->next->next = first;
  first->other = first;
  first->cuts = true;
  first->fails_then = fails_then;
}

}  // namespace

TEST_CASE_TEMPLATE("gc: what a finalizer has cut loose has the list's pointer and no other (saveall)", Memory, by_trial,
                   by_generation, shared) {
  Memory::gc::collect();
  Memory::gc::set_debug(ouro::gc_debug::saveall);
  make_cut_ring<Memory>(false);
  CHECK(Memory::gc::collect() == 3);
  {
    const auto kept = Memory::gc::garbage();
    REQUIRE(kept.size() == 3);
    std::vector<long> counts;
    for (const auto& each : kept) counts.push_back(each.use_count());
    std::ranges::sort(counts);
    CHECK(counts == std::vector<long>{2, 3, 4});  // the list's, the copy's, and those of the others
  }
  Memory::gc::set_debug(ouro::gc_debug::none);
  Memory::gc::clear_garbage();
  CHECK(cut<Memory>::alive == 1);  // the one that points to itself
  CHECK(Memory::gc::collect() == 1);
  CHECK(cut<Memory>::alive == 0);
}

TEST_CASE_TEMPLATE("gc: what a finalizer has cut loose dies by its count where a trace fails then", Memory, by_trial,
                   by_generation, shared) {
  Memory::gc::collect();
  const unraisable_reports reports;
  make_cut_ring<Memory>(true);
  CHECK(Memory::gc::collect() == 0);
  CHECK(cut<Memory>::alive == 1);
  cut<Memory>::trace_fails = false;
  CHECK(Memory::gc::collect() == 1);
  CHECK(cut<Memory>::alive == 0);
}

namespace {

/// Without a finalizer.
template <class Memory>
struct plain : counted<plain<Memory>> {
  void trace(auto&& visit) { visit(next, tail, finalized); }

  typename Memory::template ptr<plain> next;
  typename Memory::template ptr<plain> tail;
  typename Memory::template ptr<cut<Memory>> finalized;
};

}  // namespace

TEST_CASE_TEMPLATE("gc: kept garbage has the list's pointer beside its own, though it was no candidate (saveall)",
                   Memory, by_trial, by_generation, shared) {
  Memory::gc::collect();
  Memory::gc::set_debug(ouro::gc_debug::saveall);
  for (const bool has_finalizer : {false, true}) {
    CAPTURE(has_finalizer);
    const std::size_t objects = has_finalizer ? 3 : 2;
    {
      const auto ring = Memory::template make<plain<Memory>>();
      ring->next = ring;
      ring->tail = Memory::template make<plain<Memory>>();
      if (has_finalizer) ring->finalized = Memory::template make<cut<Memory>>();
    }
    for (int round = 0; round != 2; ++round) {  // in the second one, all finalizers have run
      CHECK(Memory::gc::collect() == objects);
      {
        const auto kept = Memory::gc::garbage();
        REQUIRE(kept.size() == objects);
        for (const auto& each : kept) CHECK(each.use_count() == 3);  // its own, the list's, and the copy's
      }
      Memory::gc::clear_garbage();
      REQUIRE(plain<Memory>::alive == 2);
    }
    Memory::gc::set_debug(ouro::gc_debug::none);
    CHECK(Memory::gc::collect() == objects);
    CHECK(plain<Memory>::alive == 0);
    CHECK(cut<Memory>::alive == 0);
    Memory::gc::set_debug(ouro::gc_debug::saveall);
  }
  Memory::gc::set_debug(ouro::gc_debug::none);
}

TEST_CASE("gc: garbage that no walk finds is kept, and found again (saveall)") {
  using memory = ouro::memory<ouro::local_refcount, ouro::generational, ouro::system_allocator>;
  memory::gc::collect();
  memory::gc::disable();
  memory::gc::set_debug(ouro::gc_debug::saveall);
  make_ring<memory>(3);
  CHECK(memory::gc::collect() == 3);
  CHECK(node<memory>::alive == 3);
  CHECK(memory::gc::garbage().size() == 3);
  memory::gc::set_debug(ouro::gc_debug::none);
  memory::gc::clear_garbage();
  CHECK(memory::gc::collect() == 3);
  CHECK(node<memory>::alive == 0);
  memory::gc::enable();
}

namespace {

/// Stays for good.
template <class Memory>
struct apart : counted<apart<Memory>> {
  void trace(auto&& visit) { visit(next); }

  typename Memory::template ptr<apart> next;
};

}  // namespace

TEST_CASE_TEMPLATE("gc: immortal objects are no candidates, and nothing that they lead to is garbage", Memory, by_trial,
                   by_generation) {
  typename Memory::heap h;  // with which they go
  const typename Memory::heap::scope in{h};
  {
    const auto object = Memory::template make<apart<Memory>>();
    object->next = Memory::template make<apart<Memory>>();
    object->next->next = object;
    {
      const auto copy = object;
    }
    Memory::gc::collect();  // by now they are old
    {
      const auto copy = object;
    }
    ouro::immortalize(object);
  }
  CHECK(Memory::gc::collect() == 0);
  CHECK(Memory::gc::collect() == 0);
  CHECK(apart<Memory>::alive == 2);
}

TEST_CASE("gc: a candidate whose count has reached its maximum is no garbage (trap 9)") {
  using header = ouro::detail::header<ouro::local_refcount>;
  ouro::gc::collect();
  ouro::heap h;
  const ouro::heap::scope in{h};
  const auto object = ouro::make<holds_immutable>();
  object->next = object;
  {
    const auto copy = object;
  }
  CHECK(ouro::gc::count() == 1);
  // As if there were so many copies.
  header::of(object.get())->count = ouro::count_word::immortal + 5;
  {
    const auto copy = object;
  }
  CHECK(ouro::is_immortal(object));
  CHECK(ouro::gc::count() == 1);
  CHECK(ouro::gc::collect() == 0);
  CHECK(ouro::gc::count() == 0);
  CHECK(ouro::is_immortal(object));
}

TEST_CASE("gc: the flags of an object that is no candidate are its own") {
  using header = ouro::detail::header<ouro::atomic_refcount>;
  header object{ouro::count_word::one, 2};
  // What another thread finds that asks for the lock after the object has left the buffer.
  CHECK(ouro::trial_deletion::info(object) == 2);
  ouro::trial_deletion::add_flags(object, 8);
  CHECK(object.load_info() == 10);
}
