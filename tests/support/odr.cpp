// The library in a second translation unit of each test program, included twice: what is not inline, or not guarded,
// does not link or does not compile.
#include <ouro/ouro.hpp>
#include <ouro/shared_ptr.hpp>

namespace ouro::test {

std::size_t collect_elsewhere() { return gc::collect(); }

}  // namespace ouro::test
