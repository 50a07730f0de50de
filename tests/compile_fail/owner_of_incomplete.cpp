// expect in first error: later.*ouro: it is incomplete here
#include <ouro/ouro.hpp>

#include <memory>

#ifdef OURO_MUST_FAIL
struct later;
#else
struct later {};
#endif
struct node {
  ouro::ptr<node> next;
  std::unique_ptr<later, void (*)(later*)> held;
};

ouro::ptr<node> make_one(void (*deleter)(later*)) {
  return ouro::make<node>(nullptr, std::unique_ptr<later, void (*)(later*)>{nullptr, deleter});
}
