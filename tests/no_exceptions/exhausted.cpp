// Without exceptions, exhausted memory calls the program's new-handler, which may end the program in its own way.

#include <ouro/ouro.hpp>

#include <cstdlib>
#include <new>

namespace {

struct empty_allocator {
  static void* allocate(std::size_t, std::size_t) noexcept { return nullptr; }
  static void deallocate(void*, std::size_t, std::size_t) noexcept {}
};

}  // namespace

int main() {
  std::set_new_handler([] { std::_Exit(0); });
  ouro::make_managed<int, ouro::local_refcount, ouro::no_collector, empty_allocator>(1);
  return 1;
}
