#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>

TEST_CASE("heaps_in_process: is 1 where the system lists modules, however many private heaps there are") {
  const ouro::heap apart;
  const auto object = ouro::make<int>(1);
  CHECK(ouro::heaps_in_process() == (OURO_HAS_LOADER ? 1 : 0));
}
