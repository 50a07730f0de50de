// expect: is_second_of_refcount_collector_allocator<.*ouro::pool_allocator
#include <ouro/ouro.hpp>

#ifdef OURO_MUST_FAIL
ouro::managed_ptr<int, ouro::local_refcount, ouro::pool_allocator, ouro::no_collector> pointer;
#else
ouro::managed_ptr<int, ouro::local_refcount, ouro::no_collector, ouro::pool_allocator> pointer;
#endif
