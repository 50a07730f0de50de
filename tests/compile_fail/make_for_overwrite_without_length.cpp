// expect in first error: int ?\[\].*ouro: `make_for_overwrite` takes the length of an array of unknown bound
#include <ouro/ouro.hpp>

#ifdef OURO_MUST_FAIL
ouro::ptr<int[]> make_one() { return ouro::make_for_overwrite<int[]>(); }
#else
ouro::ptr<int[]> make_one() { return ouro::make_for_overwrite<int[]>(3); }
#endif
