#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <stdexcept>
#include <type_traits>
#include <vector>

using ouro::gc;
using ouro::make;
using ouro::ptr;
using ouro::test::unraisable_reports;

// Garbage with more edges than a trial keeps. Its edges are severed by a second walk over the objects; those of small
// garbage are severed from the list that the trial keeps.

namespace {

constexpr std::size_t nodes = 2000;
constexpr std::size_t degree = 64;

struct counters {
  std::size_t alive = 0;
  std::size_t finalized = 0;
  std::size_t peers_seen = 0;   ///< edges to other garbage that destructors have met
  std::size_t living_seen = 0;  ///< edges to a living object that destructors have met
};

template <bool Finalizes>
struct base_of {};
template <>
struct base_of<true> {
  void finalize() noexcept { ++told->finalized; }
  counters* told = nullptr;
};

template <bool Finalizes>
class wide : public base_of<Finalizes> {
 public:
  explicit wide(counters& of, bool living = false) : told_{&of}, is_living_{living} {
    if constexpr (Finalizes) this->told = &of;
    ++of.alive;
  }
  wide(const wide&) = delete;
  wide& operator=(const wide&) = delete;
  ~wide() {
    --told_->alive;
    for (const ptr<wide>& edge : edges) {
      if (edge != nullptr) ++(edge->is_living_ ? told_->living_seen : told_->peers_seen);
    }
  }

  void trace(auto&& visit) {
    if (throws_at != 0 && ++traced_ == throws_at) throw std::runtime_error{"as planned"};
    visit(edges);
  }

  std::vector<ptr<wide>> edges;
  int throws_at = 0;  ///< the call of `trace` that throws; 0: none

 private:
  counters* told_;
  int traced_ = 0;
  bool is_living_;
};

/// Makes objects of which each leads to the following ones, around a ring. Returns a handle of each.
template <bool Finalizes>
std::vector<ptr<wide<Finalizes>>> make_band(counters& told) {
  std::vector<ptr<wide<Finalizes>>> made;
  for (std::size_t i = 0; i != nodes; ++i) made.push_back(make<wide<Finalizes>>(told));
  for (std::size_t i = 0; i != nodes; ++i) {
    for (std::size_t k = 1; k <= degree; ++k) made[i]->edges.push_back(made[(i + k) % nodes]);
  }
  return made;
}

}  // namespace

TEST_CASE_TEMPLATE("teardown: destructors see no dead peer, however many edges the garbage has", Node, wide<false>,
                   wide<true>) {
  constexpr bool finalizes = std::is_same_v<Node, wide<true>>;
  counters told;
  make_band<finalizes>(told);
  CHECK(gc::collect() == nodes);
  CHECK(told.alive == 0);
  CHECK(told.finalized == (finalizes ? nodes : 0));
  CHECK(told.peers_seen == 0);
}

TEST_CASE_TEMPLATE("teardown: edges to live objects are left to the destructors, however many there are", Node,
                   wide<false>, wide<true>) {
  constexpr bool finalizes = std::is_same_v<Node, wide<true>>;
  counters told;
  const auto living = make<wide<finalizes>>(told, true);
  for (const auto& each : make_band<finalizes>(told)) each->edges.push_back(living);
  CHECK(living.use_count() == nodes + 1);
  CHECK(gc::collect() == nodes);
  CHECK(told.alive == 1);
  CHECK(told.peers_seen == 0);
  CHECK(told.living_seen == nodes);
  CHECK(living.use_count() == 1);
}

TEST_CASE("teardown: a trace that throws while edges are severed is reported, and all garbage is destroyed") {
  const unraisable_reports reports;
  counters told;
  // The first call is that of mark_gray.
  make_band<false>(told)[nodes - 1]->throws_at = 2;
  CHECK(gc::collect() == nodes);
  CHECK(reports.count == 1);
  CHECK(told.alive == 0);
  CHECK(told.peers_seen <= degree);  // those of the object whose trace has thrown
}
