// expect: ouro: a pointer to an array is cast only to an array of the same elements, or to void
#include <ouro/ouro.hpp>

#ifdef OURO_MUST_FAIL
ouro::ptr<int> cast(const ouro::ptr<int[]>& from) { return ouro::static_pointer_cast<int>(from); }
#else
ouro::ptr<const void> cast(const ouro::ptr<int[]>& from) { return ouro::static_pointer_cast<const void>(from); }
#endif
