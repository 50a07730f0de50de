// expect in first error: ouro: `make`: the elements are arrays, and are made from one array of their type
#include <ouro/ouro.hpp>

const int row[3] = {1, 2, 3};

#ifdef OURO_MUST_FAIL
ouro::ptr<int[2][2]> make_one() { return ouro::make<int[2][2]>(row); }
#else
ouro::ptr<int[2][3]> make_one() { return ouro::make<int[2][3]>(row); }
#endif
