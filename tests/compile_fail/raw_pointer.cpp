// expect: (conversion from|could not convert|no viable conversion)
#include <ouro/ouro.hpp>

int raw = 0;

#ifdef OURO_MUST_FAIL
ouro::ptr<int> pointer = &raw;
#else
ouro::ptr<int> pointer = nullptr;
#endif
