// expect: is_first_of_refcount_collector_allocator<.*ouro::trial_deletion
#include <ouro/ouro.hpp>

#ifdef OURO_MUST_FAIL
using memory = ouro::memory<ouro::trial_deletion, ouro::local_refcount, ouro::pool_allocator>;
#else
using memory = ouro::memory<ouro::local_refcount, ouro::trial_deletion, ouro::pool_allocator>;
#endif
memory::ptr<int> pointer;
