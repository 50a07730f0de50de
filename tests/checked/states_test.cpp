#include <states/run_cells.hpp>

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

TEST_CASE("misuse: every cell of the table of states holds where the library proves its own invariants, too") {
  static_assert(ouro::check_level == 2);
  MESSAGE(ouro::test::cell_runner<ouro::default_memory>::run_all() << " cells");
}
