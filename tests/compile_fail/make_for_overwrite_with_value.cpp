// expect in first error: ouro: `make_for_overwrite` takes the length of an array of unknown bound, and nothing else
#include <ouro/ouro.hpp>

#ifdef OURO_MUST_FAIL
ouro::ptr<int> make_one() { return ouro::make_for_overwrite<int>(1); }
#else
ouro::ptr<int> make_one() { return ouro::make_for_overwrite<int>(); }
#endif
