// expect in first error: (unavailable: ouro: make the object|with U = node;.*ouro: make the object).*`std::make_unique`
#include <ouro/ouro.hpp>

#include <memory>

struct node {
  ouro::ptr<node> next;
};

#ifdef OURO_MUST_FAIL
ouro::ptr<node> converted = std::make_unique<node>();
#else
ouro::ptr<node> converted = ouro::make<node>();
#endif
