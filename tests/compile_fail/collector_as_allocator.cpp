// expect in first error: ouro::no_collector.*ouro: the order of policies is <RefcountPolicy, CollectorPolicy,
#include <ouro/ouro.hpp>

#ifdef OURO_MUST_FAIL
ouro::managed_weak<int, ouro::local_refcount, ouro::no_collector, ouro::no_collector> pointer;
#else
ouro::managed_weak<int, ouro::local_refcount, ouro::no_collector, ouro::system_allocator> pointer;
#endif
