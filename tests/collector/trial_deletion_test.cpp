#include "support/counted.hpp"
#include "support/mortal.hpp"
#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using ouro::gc;
using ouro::make;
using ouro::ptr;
using ouro::test::counted;
using ouro::test::mortal;
using ouro::test::unraisable_reports;

namespace {

/// Runs a test between two clean heaps.
struct clean_heap {
  clean_heap() {
    gc::collect();
    mortal::log.clear();
    REQUIRE(mortal::alive == 0);
  }
  clean_heap(const clean_heap&) = delete;
  clean_heap& operator=(const clean_heap&) = delete;
  ~clean_heap() {
    CHECK(gc::collect() == 0);
    CHECK(gc::count() == 0);
    CHECK(mortal::alive == 0);
  }
};

}  // namespace

TEST_CASE_FIXTURE(clean_heap,
                  "trial_deletion: an object that points to itself is garbage when it is dropped (trap 33)") {
  {
    const auto self = make<mortal>('s');
    self->left = self;
    CHECK(self.use_count() == 2);
  }
  CHECK(mortal::alive == 1);
  CHECK(gc::count() == 1);
  CHECK(gc::collect() == 1);
}

TEST_CASE_FIXTURE(clean_heap,
                  "trial_deletion: parallel edges between the same two objects count one by one (trap 33)") {
  {
    const auto a = make<mortal>('a');
    const auto b = make<mortal>('b');
    a->left = a->right = b;
    a->many = {b, b};
    b->left = b->right = a;
    CHECK(a.use_count() == 3);
    CHECK(b.use_count() == 5);
  }
  CHECK(gc::collect() == 2);
}

TEST_CASE_FIXTURE(clean_heap, "trial_deletion: a complete graph of four dies whole (trap 33)") {
  {
    const std::array<ptr<mortal>, 4> all{make<mortal>('a'), make<mortal>('b'), make<mortal>('c'), make<mortal>('d')};
    for (const auto& from : all) {
      for (const auto& to : all) {
        if (from != to) from->many.push_back(to);
      }
    }
  }
  CHECK(gc::collect() == 4);
}

TEST_CASE_FIXTURE(clean_heap, "trial_deletion: a ring held from outside survives with its counts (invariant 1)") {
  const auto held = make<mortal>('h');
  {
    const auto other = make<mortal>('o');
    held->left = other;
    other->left = held;
  }
  CHECK(gc::collect() == 0);
  CHECK(held.use_count() == 2);
  CHECK(held->left.use_count() == 1);
  held->left->left.reset();
}

TEST_CASE_FIXTURE(clean_heap, "trial_deletion: only the garbage dies where garbage and living touch (trap 34)") {
  const auto living = make<mortal>('l');
  {
    const auto a = make<mortal>('a');
    const auto b = make<mortal>('b');
    a->left = b;
    b->left = a;
    a->many = {living, living};
    CHECK(living.use_count() == 3);
  }
  CHECK(gc::collect() == 2);
  CHECK(living.use_count() == 1);  // fewer by exactly the edges that died

  {
    const auto a = make<mortal>('a');
    a->left = a;
    living->left = a;
  }
  CHECK(gc::collect() == 0);
  CHECK(living->left.use_count() == 2);
  living->left->left.reset();
}

TEST_CASE_FIXTURE(clean_heap, "trial_deletion: a candidate that dies by its count leaves the buffer (trap 35)") {
  std::vector<ptr<mortal>> held;
  for (char name = 'a'; name != 'f'; ++name) held.push_back(make<mortal>(name));
  for (const auto& each : held) const auto copy = each;
  CHECK(gc::count() == 5);
  held.erase(held.begin() + 1);
  held.pop_back();
  CHECK(gc::count() == 3);
  for (const auto& each : held) const auto copy = each;  // candidates already
  CHECK(gc::count() == 3);
  held.clear();
  CHECK(gc::count() == 0);
}

TEST_CASE_FIXTURE(clean_heap, "trial_deletion: candidates that reach each other are looked at once (trap 36)") {
  {
    std::vector<ptr<mortal>> ring;
    for (int i = 0; i != 100; ++i) ring.push_back(make<mortal>('r'));
    for (std::size_t i = 0; i != ring.size(); ++i) ring[i]->left = ring[(i + 1) % ring.size()];
  }
  CHECK(gc::count() == 100);
  const auto before = gc::stats();
  CHECK(gc::collect() == 100);
  CHECK(gc::stats().examined - before.examined == 100);
}

TEST_CASE_FIXTURE(clean_heap, "trial_deletion: what was found alive is no candidate until it is dropped again") {
  const auto held = make<mortal>('h');
  {
    const auto copy = held;
  }
  CHECK(gc::count() == 1);
  CHECK(gc::collect() == 0);
  CHECK(gc::count() == 0);
  {
    const auto copy = held;
  }
  CHECK(gc::count() == 1);
}

namespace {

struct forgetful {
  ptr<forgetful> told;
  ptr<forgetful> untold;
  void trace(auto&& visit) { visit(told); }
};

}  // namespace

TEST_CASE("trial_deletion: an edge that a trace forgets keeps its target, and nothing dangles (trap 37)") {
  ouro::weak<forgetful> watcher;
  {
    const auto a = make<forgetful>();
    const auto b = make<forgetful>();
    a->untold = b;
    b->told = a;
    watcher = b;
  }
  CHECK(gc::collect() == 0);
  const auto b = watcher.lock();
  REQUIRE(b);
  CHECK(b.use_count() == 2);
  CHECK(b->told.use_count() == 1);
  b->told.reset();
}

namespace {

/// Leaves a new cycle behind in its destructor.
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

/// Reports its edge in the first of two walks only.
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

TEST_CASE(
    "trial_deletion: a trace that changes its mind between the walks frees nothing and spoils no count (trap 39)") {
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

TEST_CASE(
    "trial_deletion: a trace that changes its mind leaves as candidates those that were, in a minor collection, too") {
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

TEST_CASE_FIXTURE(unraisable_reports,
                  "trial_deletion: a trace that throws frees nothing and spoils no count (trap 40)") {
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

/// Each with two edges to the next, and more of them than a trial keeps edges: their traces are called twice.
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
                  "trial_deletion: what a trace conceals when garbage is severed is dropped on the dead") {
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

TEST_CASE_FIXTURE(clean_heap,
                  "trial_deletion: collect does nothing in a destructor, a finalizer, a callback (trap 42)") {
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
                  "trial_deletion: a destructor in a collection may make objects, which are not lost (trap 43)") {
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
  CHECK(gc::collect() == 2);  // the garbage that the destructor left goes in the next pass
  CHECK(mortal::alive == 1);
  CHECK(survivor.use_count() == 1);
}

TEST_CASE("trial_deletion: destructors that each leave new garbage do not keep a collection going for ever (trap 45)") {
  hydra::grow();
  const std::size_t first = gc::collect();
  CHECK(first >= 1);
  CHECK(first < 100);
  CHECK(gc::count() == 1);
  hydra::made = 1000;
  CHECK(gc::collect() == 1);
  CHECK(gc::count() == 0);
}

TEST_CASE_FIXTURE(clean_heap,
                  "trial_deletion: handles in a std::function or std::optional are seen or held (traps 48, 50)") {
  struct holder {
    std::optional<ptr<holder>> seen;
    std::function<int()> unseen;
  };
  {
    const auto a = make<holder>();
    a->seen = a;
  }
  CHECK(gc::collect() == 1);
  ouro::weak<holder> watcher;
  {
    const auto a = make<holder>();
    watcher = a;
    a->unseen = [a] { return a ? 1 : 0; };
  }
  CHECK(gc::collect() == 0);
  REQUIRE_FALSE(watcher.expired());
  watcher.lock()->unseen = nullptr;
  CHECK(watcher.expired());
}

TEST_CASE_FIXTURE(clean_heap, "trial_deletion: the same history ends in the same order of destruction (trap 58)") {
  const auto history = [] {
    mortal::log.clear();
    {
      std::vector<ptr<mortal>> all;
      for (char name = 'a'; name <= 'z'; ++name) all.push_back(make<mortal>(name));
      for (std::size_t i = 0; i != all.size(); ++i) {
        all[i]->left = all[i * 7 % all.size()];
        all[i]->many = {all[(i + 3) % all.size()], all[i]};
      }
    }
    gc::collect();
    return mortal::log;
  };
  const std::string first = history();
  CHECK(first.size() == 26);
  CHECK(history() == first);
}

TEST_CASE_FIXTURE(clean_heap,
                  "trial_deletion: objects of a type that cannot reach itself are never candidates (invariant 6)") {
  struct leafy {
    std::string text;
  };
  struct above {
    ptr<leafy> below;
  };
  const auto leaf = make<leafy>();
  const auto parent = make<above>(leaf);
  for (int i = 0; i != 10; ++i) {
    const auto copy = leaf;
    const auto second = parent;
  }
  CHECK(gc::count() == 0);
  CHECK_FALSE(gc::is_tracked(leaf));
  CHECK_FALSE(gc::is_tracked(parent));
  CHECK(gc::is_tracked(make<mortal>('m')));
}

TEST_CASE_FIXTURE(clean_heap, "trial_deletion: a leaf that only garbage holds dies with it") {
  struct holder {
    ptr<holder> self;
    ptr<std::string> text;
  };
  ouro::weak<std::string> watcher;
  {
    const auto a = make<holder>();
    a->self = a;
    a->text = make<std::string>("text");
    watcher = a->text;
  }
  CHECK_FALSE(watcher.expired());
  CHECK(gc::collect() == 1);
  CHECK(watcher.expired());
}
