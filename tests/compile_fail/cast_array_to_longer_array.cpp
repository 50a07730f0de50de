// expect: ouro: a pointer to an array is cast only to an array of the same elements, or to void
#include <ouro/ouro.hpp>

#ifdef OURO_MUST_FAIL
ouro::ptr<int[3]> cast(const ouro::ptr<int[2]>& from) { return ouro::static_pointer_cast<int[3]>(from); }
#else
ouro::ptr<int[3]> cast(const ouro::ptr<int[]>& from) { return ouro::static_pointer_cast<int[3]>(from); }
#endif
