// expect: only objects with a header that one thread uses at a time form islands
#include <ouro/ouro.hpp>

#include <utility>

#ifdef OURO_MUST_FAIL
using memory = ouro::shared_memory;
#else
using memory = ouro::default_memory;
#endif

void hand_on(memory::ptr<int> object) { const auto gone = memory::heap::current().detach(std::move(object)); }
