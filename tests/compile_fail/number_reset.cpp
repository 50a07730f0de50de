// expect: (no matching function|no matching member function|invalid conversion|cannot convert|cannot initialize)
#include <ouro/ouro.hpp>

void use(ouro::ptr<int> pointer);
void use(ouro::ptr<int> pointer) {
#ifdef OURO_MUST_FAIL
  pointer.reset(1);
#else
  pointer.reset(0);
#endif
}
