// expect in first error: lambda.*ouro: (cannot see its edges|it is a closure)
#include <ouro/ouro.hpp>

struct captures {
#ifdef OURO_MUST_FAIL
  static auto of(ouro::ptr<captures> edge) {
    return [edge] { return edge.get(); };
  }
#else
  static auto of(const ouro::ptr<captures>& edge) {
    return [raw = edge.get()] { return raw; };
  }
#endif
};
struct node {
  decltype(captures::of(nullptr)) call;
  ouro::ptr<node> next;
};

ouro::ptr<node> make_one() { return ouro::make<node>(captures::of(nullptr), nullptr); }
