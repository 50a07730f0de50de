#include "collector/quiet_heap.hpp"
#include "support/child.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <string>

using ouro::test::by_trial;
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
