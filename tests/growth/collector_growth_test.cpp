// What collections look at, in counted visits: it follows what there is, whatever else is there.

#include "support/gc_settings.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

namespace {

using ouro::gc;
using ouro::make;
using ouro::ptr;

struct part {
  void trace(auto&& visit) { visit(next, hub); }
  ptr<part> next;
  ptr<part> hub;
};

/// A ring of living objects.
std::vector<ptr<part>> make_hub(std::size_t size) {
  std::vector<ptr<part>> hub;
  for (std::size_t i = 0; i != size; ++i) {
    hub.push_back(make<part>());
    if (i != 0) hub[i]->next = hub[i - 1];
  }
  hub.front()->next = hub.back();
  return hub;
}

}  // namespace

TEST_CASE_FIXTURE(ouro::test::explicit_collections<>,
                  "growth: a full collection looks at candidates that hang on a living hub O(1) times each, "
                  "whatever part of them is garbage") {
  constexpr std::size_t candidates = 100'000;
  for (const std::size_t hub_size : {3'000u, 8'000u, 30'000u}) {
    auto hub = make_hub(hub_size);
    for (const std::size_t garbage_of_1000 : {0u, 1u, 10u, 300u, 500u, 900u, 1000u}) {
      CAPTURE(hub_size);
      CAPTURE(garbage_of_1000);
      gc::collect();
      std::vector<ptr<part>> living;
      std::size_t garbage = 0;
      for (std::size_t i = 0; i != candidates; ++i) {
        const auto made = make<part>(nullptr, hub[i * 7 % hub_size]);
        made->next = made;
        if (i * 7 % 1000 < garbage_of_1000) {
          ++garbage;
        } else {
          living.push_back(made);
        }
      }
      const ouro::gc_stats before = gc::stats();
      CHECK(gc::collect() == garbage);
      const ouro::gc_stats after = gc::stats();
      CHECK(after.examined - before.examined <= 4 * candidates);
      for (const auto& each : living) each->next.reset();
    }
    hub.front()->next.reset();
  }
}
