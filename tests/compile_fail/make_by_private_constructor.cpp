// expect in first error: single.*ouro: `make`: no constructor that it can call takes these
#include <ouro/ouro.hpp>

class single {
#ifndef OURO_MUST_FAIL
 public:
#endif
  single() = default;
};

ouro::ptr<single> make_one() { return ouro::make<single>(); }
