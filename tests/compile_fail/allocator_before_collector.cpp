// expect in first error: ouro::pool_allocator.*ouro: the order of policies is <RefcountPolicy, CollectorPolicy,
#include <ouro/ouro.hpp>

#ifdef OURO_MUST_FAIL
ouro::managed_ptr<int, ouro::local_refcount, ouro::pool_allocator, ouro::no_collector> pointer;
#else
ouro::managed_ptr<int, ouro::local_refcount, ouro::no_collector, ouro::pool_allocator> pointer;
#endif
