// expect in first error: (conversion from|could not convert|no viable conversion)
#include <ouro/ouro.hpp>

struct node {};
double number = 0;

#ifdef OURO_MUST_FAIL
ouro::ptr<node> pointer = &number;
#else
ouro::ptr<node> pointer = nullptr;
#endif
