// expect in first error: later.*ouro: `make` needs the definition of the class
#include <ouro/ouro.hpp>

struct later;
struct holder {
  ouro::ptr<later> held;
};
ouro::ptr<holder> make_holder() { return ouro::make<holder>(); }

#ifndef OURO_MUST_FAIL
struct later {
  ouro::ptr<holder> back;
};
#endif

ouro::ptr<later> make_one() { return ouro::make<later>(); }
