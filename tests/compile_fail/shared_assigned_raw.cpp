// expect: no (match for|viable overloaded)
#include <ouro/shared_ptr.hpp>

void own(ouro::shared_ptr<int>& pointer) {
#ifdef OURO_MUST_FAIL
  pointer = new int{1};
#else
  pointer.reset(new int{1});
#endif
}
