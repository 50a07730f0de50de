// The sides when the host loads them as plugins, whose symbols no other plugin sees.
#include "shared_objects/load.hpp"
#include "shared_objects/side.hpp"

namespace ouro::test {

const side& left() {
  static const side& loaded = *load(OURO_TEST_LEFT).entry("left_side")();
  return loaded;
}

const side& right() {
  static const side& loaded = *load(OURO_TEST_RIGHT).entry("right_side")();
  return loaded;
}

}  // namespace ouro::test
