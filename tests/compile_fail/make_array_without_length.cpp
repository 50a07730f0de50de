// expect in first error: int ?\[\].*ouro: `make` needs the length of the array
#include <ouro/ouro.hpp>

#ifdef OURO_MUST_FAIL
ouro::ptr<int[]> make_one() { return ouro::make<int[]>(); }
#else
ouro::ptr<int[]> make_one() { return ouro::make<int[]>(3); }
#endif
