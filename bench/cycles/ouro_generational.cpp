// The questions, asked of this library with CPython's collector.

#include "ouro_peer.hpp"

int main(int argc, char** argv) {
  using memory = ouro::memory<ouro::local_refcount, ouro::generational, ouro::pool_allocator>;
  cycles::ask_ouro<memory>({"ouro_generational", argc, argv});
}
