#include "collector/mortal_heap.hpp"
#include "support/mortal.hpp"
#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

using ouro::gc;
using ouro::make;
using ouro::ptr;
using ouro::test::finalized;
using ouro::test::fresh_log;
using ouro::test::mortal;
using ouro::test::unraisable_reports;

TEST_CASE_FIXTURE(fresh_log, "death: an object whose count falls to zero is finalized, and may be resurrected") {
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

namespace {

/// An untracked object whose finalizer resurrects it, or throws.
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

TEST_CASE("death: an untracked object is finalized once, and may be resurrected once (trap 54)") {
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
  // The first one waited with the others, and was not finalized again.
  CHECK(phoenix::destroyed + (phoenix::saved != nullptr ? 1 : 0) == 3);
  phoenix::saved.reset();
  CHECK(phoenix::finalized == 3);
  CHECK(phoenix::destroyed == 3);
}

TEST_CASE("death: what a finalizer throws is reported, and the object dies (trap 57)") {
  const unraisable_reports reports;
  phoenix::destroyed = 0;
  ouro::make<phoenix>(false);
  CHECK(reports.count == 1);
  CHECK(reports.last_type.ends_with("phoenix"));
  CHECK(phoenix::destroyed == 1);
}

namespace {

using by_trial = ouro::default_memory;
using by_generations = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;
using by_atomics = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>;
using by_bias = ouro::memory<ouro::biased_refcount, ouro::trial_deletion, ouro::pool_allocator>;

/// Writes down its end, and whether the weak pointer to it has expired by then.
template <class Memory>
struct noted {
  explicit noted(char called) : name{called} {}
  noted(const noted&) = delete;
  noted& operator=(const noted&) = delete;
  virtual ~noted() {
    log += name;
    if (watcher != nullptr) log += watcher->expired() ? '-' : '!';
  }
  void trace(auto&& visit) { visit(next); }

  static inline std::string log;
  static inline const typename Memory::template weak<noted>* watcher = nullptr;
  typename Memory::template ptr<noted> next;
  char name;
};

template <class Memory>
struct noted_twice : noted<Memory> {
  using noted<Memory>::noted;
  ~noted_twice() override { this->log += '2'; }
  void trace(auto&& visit) { noted<Memory>::trace(visit); }
};

/// Has its object become a candidate, unless its collector knows all objects anyway.
template <class Pointer>
void make_candidate(const Pointer& object) {
  const Pointer dropped = object;
}

}  // namespace

TEST_CASE_TEMPLATE("death: a candidate dies by its count, and leaves the root buffer and its block behind (trap 35)",
                   Memory, by_trial, by_generations, by_atomics, by_bias) {
  using node = noted<Memory>;
  Memory::gc::collect();
  const std::size_t candidates = Memory::gc::count();
  node::log.clear();
  auto object = Memory::template make<node>('a');
  object->next = Memory::template make<node>('b');
  make_candidate(object);
  make_candidate(object->next);
  CHECK(Memory::gc::count() == candidates + 2);
  const void* const place = object.get();
  object.reset();
  CHECK(node::log == "ab");
  CHECK(Memory::gc::count() == candidates);
  object = Memory::template make<node>('c');
  CHECK(object.get() == place);
  object.reset();

  typename Memory::template ptr<node> base = Memory::template make<noted_twice<Memory>>('d');
  make_candidate(base);
  base = nullptr;
  CHECK(node::log == "abc2d");
  CHECK(Memory::gc::count() == candidates);
}

TEST_CASE_TEMPLATE("death: weak pointers expire before the destructor, and call back after it (traps 24, 26)", Memory,
                   by_trial, by_generations, by_atomics, by_bias) {
  using node = noted<Memory>;
  node::log.clear();
  for (const bool is_candidate : {false, true}) {
    auto object = Memory::template make<node>('a');
    object->next = Memory::template make<node>('b');
    const typename Memory::template weak<node> watcher{object, [] { node::log += 'w'; }};
    const typename Memory::template weak<node> other{object->next, [] { node::log += 'v'; }};
    if (is_candidate) make_candidate(object);
    node::watcher = &watcher;
    object.reset();
    node::watcher = nullptr;
    CHECK(watcher.expired());
    CHECK(watcher.lock() == nullptr);
    CHECK(other.lock() == nullptr);
  }
  // The callbacks wait for the outermost destructor.
  CHECK(node::log == "a-b-wva-b-wv");
}

TEST_CASE_TEMPLATE("death: the callback of a watched object without a destructor is called", Memory, by_trial,
                   by_generations, by_atomics, by_bias) {
  int called = 0;
  auto number = Memory::template make<int>(7);
  const void* const place = number.get();
  const typename Memory::template weak<int> watcher{number, [&] { ++called; }};
  number.reset();
  CHECK(called == 1);
  CHECK(watcher.expired());
  CHECK(Memory::template make<int>(8).get() == place);
}
