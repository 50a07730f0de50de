// expect in first error: shape.*ouro: `make` cannot make an abstract class
#include <ouro/ouro.hpp>

struct shape {
  virtual ~shape() = default;
  void trace(auto&&) {}
#ifdef OURO_MUST_FAIL
  virtual double area() const = 0;
#endif
};

ouro::ptr<shape> make_one() { return ouro::make<shape>(); }
