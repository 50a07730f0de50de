// expect: (no match for|invalid operands)
#include <ouro/ouro.hpp>

bool use(ouro::ptr<int> pointer);
bool use(ouro::ptr<int> pointer) {
#ifdef OURO_MUST_FAIL
  return pointer == 1;
#else
  return pointer == 0;
#endif
}
