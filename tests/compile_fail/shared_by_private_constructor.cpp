// expect in first error: single.*private
#include <ouro/shared_ptr.hpp>

class single {
#ifndef OURO_MUST_FAIL
 public:
#endif
  explicit single(int) {}
};

ouro::shared_ptr<single> make_one() { return ouro::make_shared<single>(1); }
