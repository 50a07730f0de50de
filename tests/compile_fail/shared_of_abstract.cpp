// expect in first error: shape.*abstract|abstract.*shape
#include <ouro/shared_ptr.hpp>

struct shape {
  virtual ~shape() = default;
#ifdef OURO_MUST_FAIL
  virtual double area() const = 0;
#endif
};

ouro::shared_ptr<shape> make_one() { return ouro::make_shared<shape>(); }
