// expect in first error: void.*ouro: `make` makes objects
#include <ouro/ouro.hpp>

#ifdef OURO_MUST_FAIL
ouro::ptr<void> make_one() { return ouro::make<void>(); }
#else
ouro::ptr<void> make_one() { return ouro::make<int>(); }
#endif
