// expect in first error: ouro::trial_deletion.*ouro: the order of policies is <RefcountPolicy, CollectorPolicy,
#include <ouro/ouro.hpp>

#ifdef OURO_MUST_FAIL
using memory = ouro::memory<ouro::trial_deletion, ouro::local_refcount, ouro::pool_allocator>;
#else
using memory = ouro::memory<ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>;
#endif
memory::ptr<int> pointer;
