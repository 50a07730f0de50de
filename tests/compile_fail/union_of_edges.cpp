// expect in first error: either.*ouro: it is a union
#include <ouro/ouro.hpp>

#include <variant>

struct node;
#ifdef OURO_MUST_FAIL
union either {
  either() : edge{} {}
  ~either() {}
  ouro::ptr<node> edge;
  int number;
};
#else
using either = std::variant<ouro::ptr<node>, int>;
#endif
struct node {
  either what;
};

ouro::ptr<node> make_one() { return ouro::make<node>(); }
