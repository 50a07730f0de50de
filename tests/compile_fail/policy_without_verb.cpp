// expect: (without_decrement.*has_decrement|has_decrement.*without_decrement)
#include <ouro/ouro.hpp>

struct without_decrement : ouro::local_refcount {
#ifdef OURO_MUST_FAIL
  static void decrement() = delete;
#endif
};

ouro::managed_ptr<int, without_decrement, ouro::no_collector, ouro::pool_allocator> pointer;
