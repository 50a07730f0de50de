#include "support/counted.hpp"
#include "support/mortal.hpp"
#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

using ouro::gc;
using ouro::make;
using ouro::ptr;
using ouro::weak;
using ouro::test::counted;
using ouro::test::finalized;
using ouro::test::mortal;
using ouro::test::unraisable_reports;

namespace {

struct fresh_log {
  fresh_log() {
    gc::collect();
    mortal::log.clear();
  }
  fresh_log(const fresh_log&) = delete;
  fresh_log& operator=(const fresh_log&) = delete;
  ~fresh_log() {
    gc::collect();
    CHECK(mortal::alive == 0);
    CHECK(gc::count() == 0);
  }
};

/// Two that point to each other. The handles that it returns drop the second one first.
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

TEST_CASE_FIXTURE(fresh_log, "teardown: all are finalized before any is destroyed (invariant 5)") {
  make_pair_of_peers();
  CHECK(gc::collect() == 2);
  CHECK(mortal::log.size() == 4);
  CHECK(upper(mortal::log.substr(0, 2)) == 2);
  CHECK(upper(mortal::log.substr(2)) == 0);
}

TEST_CASE_FIXTURE(fresh_log, "teardown: a finalizer sees its peers whole, a destructor sees null (trap 53)") {
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

TEST_CASE_FIXTURE(fresh_log, "teardown: what a finalizer brings back lives with all that it reaches, once (trap 54)") {
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
                  "teardown: a finalizer that breaks its own cycle dies in the collection, and once (trap 55)") {
  {
    auto [x, y] = make_pair_of_peers();
    finalized* const raw = x.get();
    x->at_finalization = [raw] { raw->peer.reset(); };
  }
  CHECK(gc::collect() == 2);
  CHECK(mortal::log.size() == 4);
}

TEST_CASE_FIXTURE(fresh_log, "teardown: a finalizer that drops the only pointer to its own object ends it") {
  {
    const auto x = make<finalized>('x');
    x->peer = x;
    finalized* const raw = x.get();
    x->at_finalization = [raw] { raw->peer.reset(); };
  }
  CHECK(gc::collect() == 1);
  CHECK(mortal::alive == 0);
}

TEST_CASE_FIXTURE(fresh_log, "teardown: an object that dies by its count is finalized too, and may come back") {
  ptr<finalized> saved;
  {
    const auto x = make<finalized>('x');
    finalized* const raw = x.get();
    x->at_finalization = [&saved, raw] { saved = ouro::managed_from_this(raw); };
  }
  REQUIRE(saved);
  CHECK(mortal::log == "X");
  CHECK(saved.use_count() == 1);
  saved.reset();
  CHECK(mortal::log == "Xx");
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
    fresh_log, "teardown: callbacks of weak pointers outside run at the end, of those in the garbage not (trap 27)") {
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
                  "teardown: a destructor that throws is reported, the others run, the memory is freed (trap 57)") {
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

TEST_CASE_FIXTURE(fresh_log, "teardown: managed_from_this is null in every destructor of the garbage (traps 8, 56)") {
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

/// No collector looks at it; its finalizer brings it back, or throws.
struct phoenix {
  static inline ouro::ptr<phoenix> saved;
  static inline int finalized = 0;
  static inline int destroyed = 0;

  explicit phoenix(bool comes_back) : returns{comes_back} {}
  ~phoenix() { ++destroyed; }
  void finalize() {
    ++finalized;
    if (!returns) throw 1;
    saved = ouro::managed_from_this<ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>(this);
  }

  bool returns;
};

}  // namespace

template <>
inline constexpr bool ouro::leaf<phoenix> = true;

TEST_CASE("teardown: an object that no collector looks at is finalized once, and comes back once (trap 54)") {
  phoenix::finalized = phoenix::destroyed = 0;
  auto object = ouro::make<phoenix>(true);
  CHECK_FALSE(ouro::gc::is_tracked(object));
  object.reset();
  REQUIRE(phoenix::saved != nullptr);
  CHECK(phoenix::saved.use_count() == 1);
  CHECK(ouro::gc::is_finalized(phoenix::saved));
  {
    const ouro::gc::deferred_drops later;
    phoenix::saved.reset();
    CHECK(phoenix::destroyed == 0);
    auto second = ouro::make<phoenix>(true);
    second.reset();
    auto third = ouro::make<phoenix>(true);
    third.reset();
  }
  // The first waited among the others, and remembered that it had been finalized.
  CHECK(phoenix::destroyed + (phoenix::saved != nullptr ? 1 : 0) == 3);
  phoenix::saved.reset();
  CHECK(phoenix::finalized == 3);
  CHECK(phoenix::destroyed == 3);
}

TEST_CASE("teardown: what a finalizer throws is reported, and the object dies (trap 57)") {
  const unraisable_reports reports;
  phoenix::destroyed = 0;
  ouro::make<phoenix>(false);
  CHECK(reports.count == 1);
  CHECK(reports.last_type.ends_with("phoenix"));
  CHECK(phoenix::destroyed == 1);
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

/// Two in a cycle that is garbage, of which the second holds the value.
void make_garbage_with_value(std::function<void()> at_end_of_first) {
  const auto first = make<holder>();
  first->peer = make<holder>();
  first->peer->peer = first;
  first->peer->held = make<value>();
  first->at_end = std::move(at_end_of_first);
  value::watcher = first->peer->held;
}

}  // namespace

TEST_CASE("teardown: an object that no trace sees expires before its destructor, when garbage drops it (trap 32)") {
  make_garbage_with_value(nullptr);
  CHECK(gc::collect() == 2);
  CHECK(value::alive == 0);
  CHECK_FALSE(value::was_watched_at_end);
  CHECK(value::watcher.expired());
}

TEST_CASE("teardown: what a destructor of garbage locks is whole, and lives on with exact counts (trap 32)") {
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
