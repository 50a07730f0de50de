// expect in first error: (unavailable: ouro: make the object|with U = node;.*ouro: make the object).*instead of `new`
#include <ouro/ouro.hpp>

struct node {
  ouro::ptr<node> next;
};

void assign(ouro::ptr<node>& to) {
#ifdef OURO_MUST_FAIL
  to = new node;
#else
  to = ouro::make<node>();
#endif
}
