#include "collector/cut_ring.hpp"
#include "collector/mortal_heap.hpp"
#include "collector/quiet_heap.hpp"
#include "support/counted.hpp"
#include "support/mortal.hpp"
#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

using ouro::gc;
using ouro::make;
using ouro::ptr;
using ouro::weak;
using ouro::test::by_generation;
using ouro::test::by_trial;
using ouro::test::counted;
using ouro::test::cut;
using ouro::test::finalized;
using ouro::test::fresh_log;
using ouro::test::make_cut_ring;
using ouro::test::mortal;
using ouro::test::shared;
using ouro::test::unraisable_reports;

namespace {

/// Makes two objects that point to each other. The pair of handles drops the second one first.
std::pair<ptr<finalized>, ptr<finalized>> make_pair_of_peers() {
  auto x = make<finalized>('x');
  auto y = make<finalized>('y');
  x->peer = y;
  y->peer = x;
  return {std::move(x), std::move(y)};
}

int upper(const std::string& log) {
  int count = 0;
  for (const char c : log) count += c >= 'A' && c <= 'Z' ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE_FIXTURE(fresh_log, "teardown: all garbage objects are finalized before any is destroyed (invariant 5)") {
  make_pair_of_peers();
  CHECK(gc::collect() == 2);
  CHECK(mortal::log.size() == 4);
  CHECK(upper(mortal::log.substr(0, 2)) == 2);
  CHECK(upper(mortal::log.substr(2)) == 0);
}

TEST_CASE_FIXTURE(fresh_log, "teardown: a finalizer sees its peers intact, and a destructor sees null (trap 53)") {
  bool saw_peer = false;
  bool saw_null = false;
  {
    auto [x, y] = make_pair_of_peers();
    finalized* const raw = x.get();
    x->at_finalization = [&saw_peer, raw] { saw_peer = raw->peer != nullptr && raw->peer->name == 'y'; };
    x->at_destruction = [&saw_null, raw] { saw_null = raw->peer == nullptr; };
  }
  CHECK(gc::collect() == 2);
  CHECK(saw_peer);
  CHECK(saw_null);
}

TEST_CASE_FIXTURE(
    fresh_log,
    "teardown: what a finalizer resurrects lives with all that it reaches, and is finalized once (trap 54)") {
  ptr<finalized> saved;
  {
    auto [x, y] = make_pair_of_peers();
    x->other = make<finalized>('z');
    x->other->other = make<finalized>('q');
    finalized* const z = x->other.get();
    z->peer = x->other;
    z->at_finalization = [&saved, z] { saved = ouro::managed_from_this(z); };
  }
  const auto before = gc::stats();
  CHECK(gc::collect() == 2);  // x and y
  CHECK(gc::stats().collected - before.collected == 2);
  CHECK(gc::stats().resurrected - before.resurrected == 2);
  REQUIRE(saved);
  CHECK(saved->name == 'z');
  CHECK(saved.use_count() == 2);
  CHECK(saved->other->name == 'q');
  CHECK(gc::is_finalized(saved));
  mortal::log.clear();
  saved.reset();
  CHECK(gc::collect() == 2);
  CHECK(upper(mortal::log) == 0);  // never finalized again
}

TEST_CASE_FIXTURE(fresh_log,
                  "teardown: a finalizer that breaks its own cycle dies in the same collection, once (trap 55)") {
  {
    auto [x, y] = make_pair_of_peers();
    finalized* const raw = x.get();
    x->at_finalization = [raw] { raw->peer.reset(); };
  }
  CHECK(gc::collect() == 2);
  CHECK(mortal::log.size() == 4);
}

TEST_CASE_FIXTURE(fresh_log, "teardown: a finalizer may drop the only pointer to its own object") {
  {
    const auto x = make<finalized>('x');
    x->peer = x;
    finalized* const raw = x.get();
    x->at_finalization = [raw] { raw->peer.reset(); };
  }
  CHECK(gc::collect() == 1);
  CHECK(mortal::alive == 0);
}

TEST_CASE_FIXTURE(fresh_log, "teardown: weak pointers to garbage expire before any destructor runs (trap 26)") {
  weak<finalized> to_x;
  weak<finalized> to_y;
  bool all_expired = true;
  {
    auto [x, y] = make_pair_of_peers();
    to_x = x;
    to_y = y;
    x->at_destruction = y->at_destruction = [&] { all_expired &= to_x.expired() && to_y.expired(); };
  }
  CHECK_FALSE(to_x.expired());
  CHECK(gc::collect() == 2);
  CHECK(all_expired);
}

TEST_CASE_FIXTURE(
    fresh_log,
    "teardown: weak callbacks from outside run after the destructors, those in the garbage never (trap 27)") {
  int outside = 0;
  int inside = 0;
  struct holder {
    ptr<holder> self;
    weak<finalized> watcher;
  };
  weak<finalized> watcher;
  {
    auto [x, y] = make_pair_of_peers();
    watcher = weak<finalized>{x, [&] {
                                ++outside;
                                CHECK(mortal::alive == 0);
                              }};
    const auto h = make<holder>();
    h->self = h;
    h->watcher = weak<finalized>{y, [&] { ++inside; }};
  }
  CHECK(gc::collect() == 3);
  CHECK(outside == 1);
  CHECK(inside == 0);
}

TEST_CASE_FIXTURE(fresh_log,
                  "teardown: a destructor that throws is reported, and all garbage is destroyed and freed (trap 57)") {
  const unraisable_reports reports;
  const std::size_t before = ouro::pool_allocator::statistics().used_blocks;
  {
    auto [x, y] = make_pair_of_peers();
    x->at_destruction = y->at_destruction = [] { throw 1; };
  }
  CHECK(gc::collect() == 2);
  CHECK(reports.count == 2);
  CHECK(ouro::pool_allocator::statistics().used_blocks == before);
  {
    const auto single = make<mortal>('s');
    single->at_destruction = [] { throw 1; };
  }
  CHECK(reports.count == 3);
  CHECK(ouro::pool_allocator::statistics().used_blocks == before);
}

TEST_CASE_FIXTURE(fresh_log,
                  "teardown: managed_from_this gives null in every destructor of the garbage (traps 8, 56)") {
  int null = 0;
  {
    auto [x, y] = make_pair_of_peers();
    finalized* const first = x.get();
    finalized* const second = y.get();
    x->at_destruction = y->at_destruction = [&null, first, second] {
      null += ouro::managed_from_this(first) == nullptr && ouro::managed_from_this(second) == nullptr ? 1 : 0;
    };
  }
  CHECK(gc::collect() == 2);
  CHECK(null == 2);
}

namespace {

/// Cannot be part of a cycle, so that no collection looks at it.
struct value : counted<value> {
  static inline bool was_watched_at_end = false;

  value() = default;
  value(const value&) = delete;
  value& operator=(const value&) = delete;
  ~value() { was_watched_at_end = watcher.lock() != nullptr; }

  static inline weak<value> watcher;
};

struct holder {
  ~holder() {
    if (at_end) at_end();
  }
  void trace(auto&& visit) { visit(peer, held); }

  ptr<holder> peer;
  ptr<value> held;
  std::function<void()> at_end;
};

/// Leaves a cycle of two objects as garbage, of which the second holds the value.
void make_garbage_with_value(std::function<void()> at_end_of_first) {
  const auto first = make<holder>();
  first->peer = make<holder>();
  first->peer->peer = first;
  first->peer->held = make<value>();
  first->at_end = std::move(at_end_of_first);
  value::watcher = first->peer->held;
}

}  // namespace

TEST_CASE("teardown: weak pointers to a leaf that dies with garbage expire before its destructor (trap 32)") {
  make_garbage_with_value(nullptr);
  CHECK(gc::collect() == 2);
  CHECK(value::alive == 0);
  CHECK_FALSE(value::was_watched_at_end);
  CHECK(value::watcher.expired());
}

TEST_CASE("teardown: a leaf that a destructor of garbage locks lives on with an exact count (trap 32)") {
  ptr<value> locked;
  make_garbage_with_value([&locked] { locked = value::watcher.lock(); });
  CHECK(gc::collect() == 2);
  REQUIRE(locked != nullptr);
  CHECK(value::alive == 1);
  CHECK(locked.use_count() == 1);
  CHECK(value::watcher.lock() == locked);
  locked.reset();
  CHECK(value::alive == 0);
  CHECK(value::watcher.expired());
}

TEST_CASE_TEMPLATE("teardown: an object that a finalizer has cut off dies by its count where a later trace throws",
                   Memory, by_trial, by_generation, shared) {
  Memory::gc::collect();
  const unraisable_reports reports;
  make_cut_ring<Memory>(true);
  CHECK(Memory::gc::collect() == 0);
  CHECK(cut<Memory>::alive == 1);
  cut<Memory>::trace_fails = false;
  CHECK(Memory::gc::collect() == 1);
  CHECK(cut<Memory>::alive == 0);
}

/// Leaves a ring whose objects have two edges each to the next one. With more edges than a trial keeps, each trace is
/// called twice.
template <class T>
void leave_double_ring(int objects) {
  const auto first = make<T>();
  ptr<T> last = first;
  for (int i = 1; i != objects; ++i) {
    const auto next = make<T>();
    last->next = last->again = next;
    last = next;
  }
  last->next = last->again = first;
}

struct two_faced : counted<two_faced> {
  ptr<two_faced> next;
  ptr<two_faced> again;
  void trace(auto&& visit) {
    if (++calls > candid && throws) throw std::runtime_error{"trace"};
    if (calls > candid) return;
    visit(next);
    visit(again);
  }
  static inline int calls = 0;
  static inline int candid = 0;
  static inline bool throws = false;
};

TEST_CASE_FIXTURE(unraisable_reports,
                  "teardown: edges that a trace conceals while edges are severed are dropped on dead objects") {
  constexpr int objects = 50'000;
  for (const bool throws : {false, true}) {
    leave_double_ring<two_faced>(objects);
    two_faced::calls = 0;
    two_faced::candid = objects + objects / 2;
    two_faced::throws = throws;
    CHECK(gc::collect() == objects);
    CHECK(two_faced::alive == 0);
  }
}
