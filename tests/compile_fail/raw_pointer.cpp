// expect in first error: (unavailable: ouro: make the object|with U = int;.*ouro: make the object).*instead of `new`
#include <ouro/ouro.hpp>

int raw = 0;

#ifdef OURO_MUST_FAIL
ouro::ptr<int> pointer = &raw;
#else
ouro::ptr<int> pointer = nullptr;
#endif
