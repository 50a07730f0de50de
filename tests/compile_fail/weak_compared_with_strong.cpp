// expect: no match for .operator==|invalid operands to binary expression
#include <ouro/ouro.hpp>

bool compare(const ouro::weak<int>& weak, const ouro::ptr<int>& strong) {
#ifdef OURO_MUST_FAIL
  return weak == strong;
#else
  return weak.owner_equal(strong);
#endif
}
