#include <states/run_cells.hpp>

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

TEST_CASE("states: every cell holds at check level 2, where the library checks its own invariants") {
  static_assert(ouro::check_level == 2);
  MESSAGE(ouro::test::cell_runner<ouro::default_memory>::run_all() << " cells");
}
