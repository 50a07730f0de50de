// expect: ouro: an alias may point to a part, which has no header: watch its object by `weak<void>`
#include <ouro/ouro.hpp>

#ifdef OURO_MUST_FAIL
ouro::weak<int> watch(const ouro::managed_alias<int>& part) { return part; }
#else
ouro::weak<void> watch(const ouro::managed_alias<int>& part) { return part; }
#endif
