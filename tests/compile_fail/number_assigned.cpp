// expect: (no match for|no viable overloaded)
#include <ouro/ouro.hpp>

void use(ouro::ptr<int> pointer);
void use(ouro::ptr<int> pointer) {
#ifdef OURO_MUST_FAIL
  pointer = 1;
#else
  pointer = 0;
#endif
}
