#include <states/run_cells.hpp>

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

using memory = ouro::memory<ouro::local_refcount, ouro::generational, ouro::system_allocator>;

TEST_CASE("states: every cell holds with local_refcount and generational, outside of pools") {
  MESSAGE(ouro::test::cell_runner<memory>::run_all() << " cells");
}
