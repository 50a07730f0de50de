#include "collector/quiet_heap.hpp"
#include "support/child.hpp"
#include "support/counted.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

using ouro::test::by_trial;
using ouro::test::counted;
using ouro::test::make_ring;

TEST_CASE("gc_report: gc_debug::stats prints CPython's lines, and collectable each garbage object") {
  const auto said = ouro::test::run_in_child([] {
    ouro::gc::set_debug(ouro::gc_debug::stats | ouro::gc_debug::collectable);
    make_ring<by_trial>(2);
    ouro::gc::collect();
  });
  CAPTURE(said.text);
  CHECK(said.text.find("gc: collecting generation 1...\ngc: objects in each generation: 2 0\n") != std::string::npos);
  CHECK(said.text.find("gc: collectable <") != std::string::npos);
  CHECK(said.text.find("gc: done, 2 unreachable, 0 uncollectable, 0.") != std::string::npos);
}

namespace {

/// Calls for a collection where none can be.
struct collecting : counted<collecting> {
  static inline std::size_t in_trace = 0;
  static inline std::size_t in_destructor = 0;

  ~collecting() { in_destructor += ouro::gc::collect() + ouro::gc::drain() + ouro::gc::step(10); }
  void trace(auto&& visit) {
    in_trace += ouro::gc::collect();
    visit(next);
  }

  ouro::ptr<collecting> next;
};

}  // namespace
