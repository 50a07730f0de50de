// One side as a shared library. OURO_TEST_SIDE is its name, and OURO_TEST_ENTRY the function that gives its table.
#include "shared_objects/side_table.hpp"

extern "C" OURO_SHARED_STATE const ouro::test::side* OURO_TEST_ENTRY() { return &ouro::test::table; }
