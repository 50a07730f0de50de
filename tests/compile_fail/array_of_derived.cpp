// expect: (conversion from|could not convert|no viable conversion)
#include <ouro/ouro.hpp>

struct base {};
struct derived : base {};

#ifdef OURO_MUST_FAIL
ouro::ptr<base[]> convert(const ouro::ptr<derived[]>& from) { return from; }
#else
ouro::ptr<const derived[]> convert(const ouro::ptr<derived[]>& from) { return from; }
#endif
