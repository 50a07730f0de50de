#include "collector/mortal_heap.hpp"
#include "support/mortal.hpp"
#include "support/unraisable.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

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
