#include "collector/mortal_heap.hpp"
#include "support/mortal.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

using ouro::gc;
using ouro::make;
using ouro::ptr;
using ouro::test::clean_heap;
using ouro::test::mortal;

TEST_CASE_FIXTURE(
    clean_heap,
    "trial_deletion: an object that points to itself is garbage when its last handle is dropped (trap 33)") {
  {
    const auto self = make<mortal>('s');
    self->left = self;
    CHECK(self.use_count() == 2);
  }
  CHECK(mortal::alive == 1);
  CHECK(gc::count() == 1);
  CHECK(gc::collect() == 1);
}

TEST_CASE_FIXTURE(clean_heap, "trial_deletion: parallel edges between two objects are counted one by one (trap 33)") {
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

TEST_CASE_FIXTURE(clean_heap,
                  "trial_deletion: a dropped complete graph of four objects is collected as a whole (trap 33)") {
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

TEST_CASE_FIXTURE(clean_heap,
                  "trial_deletion: a ring that is held from outside survives with exact counts (invariant 1)") {
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

TEST_CASE_FIXTURE(
    clean_heap,
    "trial_deletion: garbage beside live objects dies alone, and their counts fall by its edges (trap 34)") {
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

TEST_CASE_FIXTURE(clean_heap, "trial_deletion: a candidate that dies by its count leaves the root buffer (trap 35)") {
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

TEST_CASE_FIXTURE(clean_heap, "trial_deletion: candidates that reach each other are examined once (trap 36)") {
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

TEST_CASE_FIXTURE(clean_heap,
                  "trial_deletion: an object found alive is no candidate until a pointer to it is dropped again") {
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

TEST_CASE("trial_deletion: an edge that a trace forgets keeps its target alive (trap 37)") {
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

TEST_CASE_FIXTURE(
    clean_heap,
    "trial_deletion: pointers in a std::optional are traced, those in a std::function are not (traps 48, 50)") {
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

TEST_CASE_FIXTURE(clean_heap, "trial_deletion: the same history gives the same order of destruction (trap 58)") {
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

TEST_CASE_FIXTURE(clean_heap, "trial_deletion: a leaf that only garbage holds dies with the garbage") {
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
