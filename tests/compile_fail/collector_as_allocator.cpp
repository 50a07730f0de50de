// expect: is_third_of_refcount_collector_allocator<.*ouro::no_collector
#include <ouro/ouro.hpp>

#ifdef OURO_MUST_FAIL
ouro::managed_weak<int, ouro::local_refcount, ouro::no_collector, ouro::no_collector> pointer;
#else
ouro::managed_weak<int, ouro::local_refcount, ouro::no_collector, ouro::system_allocator> pointer;
#endif
