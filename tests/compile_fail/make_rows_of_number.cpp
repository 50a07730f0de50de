// expect in first error: ouro: `make`: the elements are arrays, and are made from one array of their type
#include <ouro/ouro.hpp>

#ifdef OURO_MUST_FAIL
ouro::ptr<int[][2]> make_one() { return ouro::make<int[][2]>(3, 7); }
#else
ouro::ptr<int[][2]> make_one() { return ouro::make<int[][2]>(3, {7, 7}); }
#endif
