// expect: (conversion from|could not convert|no viable conversion)
#include <ouro/ouro.hpp>

#ifdef OURO_MUST_FAIL
ouro::ptr<int> convert(const ouro::ptr<int[]>& from) { return from; }
#else
ouro::ptr<void> convert(const ouro::ptr<int[]>& from) { return from; }
#endif
