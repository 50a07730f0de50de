// expect: collector_finds_a_header
#include <ouro/ouro.hpp>

struct counts_itself;

#ifdef OURO_MUST_FAIL
using collector = ouro::trial_deletion;
#else
using collector = ouro::no_collector;
#endif

using pointer = ouro::managed_ptr<counts_itself, ouro::self_refcount, collector, ouro::pool_allocator>;
pointer* unused = nullptr;
