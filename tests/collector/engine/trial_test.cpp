#include "collector/unreliable.hpp"
#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <stdexcept>

using ouro::gc;
using ouro::make;
using ouro::ptr;
using ouro::test::unraisable_reports;
using ouro::test::unreliable;

namespace {

/// Makes a live ring of two, which it returns, and a ring of two that is garbage, points to the live one, and is
/// watched by `watcher`.
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

TEST_CASE_TEMPLATE("trial: a trace that throws at any call spoils no count, and the garbage is found later (trap 40)",
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

TEST_CASE_TEMPLATE("trial: a trace that forgets an edge every other time frees nothing that lives (trap 39)", Memory,
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

namespace {

/// Its trace reports the edge for a number of calls, and not any more.
struct fickle {
  ptr<fickle> next;
  static inline int calls = 0;
  static inline int silent_after = 1'000'000;
  void trace(auto&& visit) {
    if (++calls <= silent_after) visit(next);
  }
};

struct throwing {
  ptr<throwing> next;
  static inline bool throws = false;
  void trace(auto&& visit) {
    visit(next);
    if (throws) throw std::runtime_error{"trace"};
  }
};

}  // namespace

TEST_CASE("trial: a trace that reports other edges in the second walk frees nothing and spoils no count (trap 39)") {
  const auto held = make<fickle>();
  {
    const auto a = make<fickle>();
    held->next = a;
    a->next = make<fickle>();
  }
  {
    const auto copy = held;
  }
  fickle::calls = 0;
  fickle::silent_after = 3;  // the first walk over three objects; the second one reports nothing
  const auto before = gc::stats();
  CHECK(gc::collect() == 0);
  CHECK(gc::stats().undecided == before.undecided + 1);
  fickle::silent_after = 1'000'000;
  CHECK(held.use_count() == 1);
  CHECK(held->next.use_count() == 1);
  CHECK(held->next->next.use_count() == 1);
  CHECK(gc::count() == 2);  // held and a are tried again next time
  CHECK(gc::collect() == 0);
}

TEST_CASE("trial: a trace that reports other edges in the second walk leaves all candidates as such") {
  for (const bool is_candidate : {false, true}) {
    for (const std::size_t generation : {std::size_t{0}, std::size_t{1}}) {
      CAPTURE(is_candidate);
      CAPTURE(generation);
      const auto held = make<fickle>();
      held->next = make<fickle>();
      held->next->next = held;
      {
        const auto copy = held->next;
      }
      if (is_candidate) {
        const auto copy = held;
      }
      const std::size_t candidates = is_candidate ? 2 : 1;
      REQUIRE(gc::count() == candidates);
      fickle::calls = 0;
      fickle::silent_after = 2;  // the first walk
      const auto before = gc::stats();
      CHECK(gc::collect(generation) == 0);
      fickle::silent_after = 1'000'000;
      CHECK(gc::stats().undecided == before.undecided + 1);
      CHECK(gc::count() == candidates);
      CHECK(held.use_count() == 2);
      CHECK(held->next.use_count() == 1);
      CHECK(gc::collect() == 0);
      CHECK(gc::count() == 0);
      held->next->next = nullptr;
      CHECK(gc::collect() == 0);
    }
  }
}

namespace {

using generational = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;

/// Reports its edge in so many calls, and nothing afterwards.
struct tracked_fickle {
  static inline int calls_left = 1'000'000;
  void trace(auto&& visit) {
    if (calls_left > 0) {
      --calls_left;
      visit(next);
    }
  }
  generational::ptr<tracked_fickle> next;
};

}  // namespace

TEST_CASE("trial: a trace that reports other edges in the second walk leaves all tracked objects as such") {
  generational::gc::collect();
  const auto held = generational::make<tracked_fickle>();
  held->next = generational::make<tracked_fickle>();
  held->next->next = generational::make<tracked_fickle>();
  {
    const auto garbage = generational::make<tracked_fickle>();
    garbage->next = garbage;
  }
  REQUIRE(generational::gc::objects().size() == 4);
  tracked_fickle::calls_left = 4;  // the first walk
  const auto before = generational::gc::stats();
  CHECK(generational::gc::collect() == 0);
  tracked_fickle::calls_left = 1'000'000;
  CHECK(generational::gc::stats().undecided == before.undecided + 1);
  CHECK(generational::gc::objects().size() == 4);
  CHECK(held.use_count() == 1);
  CHECK(held->next.use_count() == 1);
  CHECK(held->next->next.use_count() == 1);
  CHECK(generational::gc::collect() == 1);
  CHECK(generational::gc::objects().size() == 3);
}

TEST_CASE_FIXTURE(unraisable_reports, "trial: a trace that throws frees nothing and spoils no count (trap 40)") {
  {
    const auto a = make<throwing>();
    a->next = make<throwing>();
    a->next->next = a;
  }
  throwing::throws = true;
  CHECK(gc::collect() == 0);
  CHECK(count >= 1);
  throwing::throws = false;
  CHECK(gc::collect() == 2);
}
