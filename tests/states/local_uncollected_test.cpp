#include <states/run_cells.hpp>

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

using memory = ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>;

TEST_CASE("states: every cell holds with local_refcount and no_collector") {
  MESSAGE(ouro::test::cell_runner<memory>::run_all() << " cells");
}
