// expect: needs the deleter
#include <ouro/shared_ptr.hpp>

int make_number(int** made);

void take_number(ouro::shared_ptr<int>& into) {
#ifdef OURO_MUST_FAIL
  make_number(ouro::out_ptr(into));
#else
  make_number(ouro::out_ptr(into, std::default_delete<int>{}));
#endif
}
