// expect: only objects with a header that one thread uses at a time form islands
#include <ouro/ouro.hpp>

#include <utility>

struct counted {};
void intrusive_ptr_add_ref(counted*) {}
void intrusive_ptr_release(counted*) {}

#ifdef OURO_MUST_FAIL
using memory = ouro::memory<ouro::self_refcount, ouro::no_collector, ouro::pool_allocator>;
#else
using memory = ouro::memory<ouro::local_refcount, ouro::no_collector, ouro::pool_allocator>;
#endif

void hand_on(memory::ptr<counted> object) {
  const auto gone =
      ouro::basic_heap<memory::refcount, memory::collector, memory::allocator>::current().try_detach(std::move(object));
}
