// expect: (conversion from|could not convert|no viable conversion)
#include <ouro/ouro.hpp>

int raw = 0;

#ifdef OURO_MUST_FAIL
ouro::managed_alias<int> part = &raw;
#else
ouro::managed_alias<int> part = nullptr;
#endif
