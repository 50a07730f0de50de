// expect in first error: counted ?\(.*ouro: `make`: no constructor of the elements takes these
#include <ouro/ouro.hpp>

struct counted {
  explicit counted(int) {}
};

#ifdef OURO_MUST_FAIL
ouro::ptr<counted[]> make_one() { return ouro::make<counted[]>(3); }
#else
ouro::ptr<counted[]> make_one() { return ouro::make<counted[]>(3, 1); }
#endif
