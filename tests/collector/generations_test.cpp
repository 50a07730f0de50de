// Minor collections do not examine old objects, and the garbage that they pass over is collected later.

#include "support/gc_settings.hpp"
#include "support/mortal.hpp"
#include "support/ring.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

using ouro::gc;
using ouro::make;
using ouro::ptr;
using ouro::test::mortal;

namespace {

/// Sets a small threshold. No object of earlier tests is left.
struct generation_settings : ouro::test::gc_settings<> {
  generation_settings() { gc::set_threshold(100); }
};

struct link {
  ptr<link> next;
  ptr<link> other;
};

/// Makes a ring of objects that the vector holds, each of which has become a candidate.
std::vector<ptr<link>> make_living(std::size_t objects) {
  std::vector<ptr<link>> all;
  for (std::size_t i = 0; i != objects; ++i) {
    all.push_back(make<link>());
    const auto candidate = all.back();
    all.back()->other = all[i / 2];
  }
  for (std::size_t i = 0; i != objects; ++i) all[i]->next = all[(i + 1) % objects];
  return all;
}

void unlink(std::vector<ptr<link>>& all) {
  for (const ptr<link>& each : all) each->next = each->other = nullptr;
}

void leave_pairs(int pairs) {
  for (int i = 0; i != pairs; ++i) ouro::test::make_ring(2, &link::next);
}

/// Runs minor collections until the object is old.
void grow_old(const ptr<link>& object) {
  const std::size_t before = gc::stats().automatic_collections;
  while (gc::stats().automatic_collections == before) {
    const auto candidate = object;
    leave_pairs(1);
  }
}

}  // namespace

TEST_CASE_FIXTURE(generation_settings,
                  "generations: a minor collection examines young objects, however many old ones there are") {
  std::size_t examined[2];
  for (const std::size_t living : {std::size_t{100}, std::size_t{50'000}}) {
    auto all = make_living(living);
    gc::collect();
    for (const auto& each : all) const auto candidate = each;
    const auto before = gc::stats();
    leave_pairs(2000);
    const auto after = gc::stats();
    CHECK(after.automatic_collections - before.automatic_collections >= 10);
    CHECK(after.full_collections == before.full_collections);
    CHECK(after.collected - before.collected >= 3500);
    examined[living == 100 ? 0 : 1] = after.examined - before.examined;
    unlink(all);
    all.clear();
    gc::collect();
  }
  CHECK(examined[1] <= examined[0] + 100);  // the last minor collection may not be due yet
  CHECK(examined[0] <= 4000);
}

TEST_CASE_FIXTURE(generation_settings, "generations: a cycle of an old and a young object dies in a full collection") {
  for (const bool old_dies_first : {false, true}) {
    auto old = make<mortal>('o');
    {
      const auto holder = make<link>();
      grow_old(holder);
    }
    gc::collect();
    {
      const auto candidate = old;
    }
    gc::collect();  // `old` is old now
    auto young = make<mortal>('y');
    old->left = young;
    young->left = old;
    (old_dies_first ? old : young).reset();
    leave_pairs(500);  // minor collections find the young object alive by the edge of the old one
    (old_dies_first ? young : old).reset();
    const std::size_t full = gc::stats().full_collections;
    leave_pairs(500);
    CHECK(gc::stats().full_collections == full);
    CHECK(mortal::alive == 2);
    gc::collect();
    CHECK(mortal::alive == 0);
  }
}

TEST_CASE_FIXTURE(generation_settings, "generations: counts of old objects fall by the edges of young garbage") {
  const auto old = make<link>();
  {
    const auto candidate = old;
  }
  gc::collect();
  // Garbage with fewer edges than a trial keeps, and with more.
  for (const int links : {100, 100'000}) {
    gc::disable();
    gc::set_threshold(static_cast<std::size_t>(links));
    {
      const auto first = make<link>();
      ptr<link> last = first;
      for (int i = 1; i != links; ++i) {
        last->other = old;
        last->next = make<link>();
        last = last->next;
      }
      last->next = first;
    }
    CHECK(old.use_count() == links);
    gc::enable();
    const auto before = gc::stats();
    leave_pairs(links);
    CHECK(gc::stats().full_collections == before.full_collections);
    CHECK(gc::stats().collected - before.collected >= static_cast<std::size_t>(links));
    CHECK(old.use_count() == 1);
  }
}

TEST_CASE_FIXTURE(generation_settings,
                  "generations: old garbage is collected automatically while the program makes objects") {
  {
    auto all = make_living(2000);
    gc::collect();
  }
  const auto marker = make<mortal>('m');
  {
    const auto garbage = make<mortal>('g');
    garbage->left = garbage;
    gc::collect();
  }
  CHECK(mortal::alive == 2);
  for (int i = 0; i != 100'000 && mortal::alive == 2; ++i) leave_pairs(1);
  CHECK(mortal::alive == 1);
}

TEST_CASE_FIXTURE(generation_settings, "generations: a growing heap gets a full collection now and then") {
  const auto before = gc::stats();
  auto all = make_living(20'000);
  const auto after = gc::stats();
  CHECK(after.full_collections > before.full_collections);
  CHECK(after.examined - before.examined <= 8 * 20'000);
  unlink(all);
}

TEST_CASE_FIXTURE(generation_settings, "generations: fruitless minor collections become rare, fruitful ones do not") {
  const auto before = gc::stats();
  auto all = make_living(10'000);
  const auto fruitless = gc::stats();
  unlink(all);
  all.clear();
  gc::collect();
  const auto between = gc::stats();
  leave_pairs(5'000);
  const auto after = gc::stats();
  const std::size_t rare = fruitless.automatic_collections - before.automatic_collections;
  const std::size_t often = after.automatic_collections - between.automatic_collections;
  CHECK(often >= 50);
  CHECK(rare <= often / 2);
}

TEST_CASE_FIXTURE(
    generation_settings,
    "generations: counts of live objects fall by the edges of garbage with more edges than a trial keeps") {
  gc::set_threshold(0);
  constexpr std::size_t objects = 50'000;
  const auto living = make<link>();
  {
    const auto first = make<link>();
    auto last = first;
    for (std::size_t i = 1; i != objects; ++i) {
      last->other = living;
      last->next = make<link>();
      last = last->next;
    }
    last->next = first;
    last->other = living;
  }
  CHECK(living.use_count() == objects + 1);
  const auto candidate = living;
  CHECK(gc::collect() == objects);
  CHECK(living.use_count() == 2);
}
