// expect: a weak container needs a refcount policy with a header
#include <ouro/ouro.hpp>

struct counted {};
void intrusive_ptr_add_ref(counted*) {}
void intrusive_ptr_release(counted*) {}

#ifdef OURO_MUST_FAIL
using memory = ouro::memory<ouro::self_refcount, ouro::no_collector, ouro::pool_allocator>;
#else
using memory = ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator>;
#endif

ouro::weak_set<counted, memory> set;
