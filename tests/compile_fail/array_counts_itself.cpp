// expect in first error: ouro: an array does not count itself: use a refcount policy that counts in the header
#include <ouro/ouro.hpp>

struct counted {
  int count = 0;
  friend void intrusive_ptr_add_ref(counted* object) noexcept { ++object->count; }
  friend void intrusive_ptr_release(counted* object) noexcept {
    if (--object->count == 0) delete object;
  }
};
using memory = ouro::memory<ouro::self_refcount, ouro::no_collector, ouro::system_allocator>;

#ifdef OURO_MUST_FAIL
auto make_some() { return memory::make_for_overwrite<counted[2]>(); }
#else
auto make_some() {
  return ouro::make_managed_for_overwrite<counted, ouro::self_refcount, ouro::no_collector, ouro::system_allocator>();
}
#endif
