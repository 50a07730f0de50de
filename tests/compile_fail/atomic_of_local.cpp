// expect: an atomic pointer needs a refcount policy that threads can share
#include <ouro/ouro.hpp>

#ifdef OURO_MUST_FAIL
using memory = ouro::default_memory;
#else
using memory = ouro::shared_memory;
#endif

memory::atomic_ptr<int> place;
