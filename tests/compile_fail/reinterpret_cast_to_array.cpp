// expect: ouro: a pointer to an array is cast only to an array of the same elements, or to void
#include <ouro/ouro.hpp>

#ifdef OURO_MUST_FAIL
ouro::ptr<char[]> cast(const ouro::ptr<int[]>& from) { return ouro::reinterpret_pointer_cast<char[]>(from); }
#else
ouro::ptr<char> cast(const ouro::ptr<int[]>& from) { return ouro::reinterpret_pointer_cast<char>(from); }
#endif
