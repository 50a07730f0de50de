// expect: (conversion from|could not convert|no viable conversion)
#include <ouro/ouro.hpp>

struct base {};
struct derived : base {};

#ifdef OURO_MUST_FAIL
ouro::weak<base[]> convert(const ouro::weak<derived[]>& from) { return from; }
#else
ouro::weak<const derived[]> convert(const ouro::weak<derived[]>& from) { return from; }
#endif
