// expect: has_deallocate
#include <ouro/ouro.hpp>

struct half_an_allocator {
  static void* allocate(std::size_t, std::size_t) noexcept { return nullptr; }
#ifndef OURO_MUST_FAIL
  static void deallocate(void*, std::size_t, std::size_t) noexcept {}
#endif
};

using memory = ouro::memory<ouro::local_refcount, ouro::trial_deletion, half_an_allocator>;
memory::ptr<int> pointer;
