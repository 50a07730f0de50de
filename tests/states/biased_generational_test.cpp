#include <states/run_cells.hpp>

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

using memory = ouro::memory<ouro::biased_refcount, ouro::generational, ouro::pool_allocator>;

TEST_CASE("states: every cell holds with biased_refcount and generational") {
  MESSAGE(ouro::test::cell_runner<memory>::run_all() << " cells");
}
