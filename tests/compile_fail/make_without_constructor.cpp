// expect in first error: named.*const char.*ouro: `make`: no constructor that it can call takes these
#include <ouro/ouro.hpp>

#include <string>

class named {
 public:
#ifdef OURO_MUST_FAIL
  explicit named(int) {}
#else
  explicit named(std::string) {}
#endif
};

ouro::ptr<named> make_one() { return ouro::make<named>("name"); }
