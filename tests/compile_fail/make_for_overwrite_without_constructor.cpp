// expect in first error: counted.*ouro: `make_for_overwrite` needs a default constructor that it can call
#include <ouro/ouro.hpp>

struct counted {
#ifdef OURO_MUST_FAIL
  explicit counted(int) {}
#else
  explicit counted(int = 1) {}
#endif
};

ouro::ptr<counted[]> make_some() { return ouro::make_for_overwrite<counted[]>(3); }
