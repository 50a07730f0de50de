// expect in first error: both.*ouro: its `trace` cannot be called
#include <ouro/ouro.hpp>

struct first {
  virtual ~first() = default;
  void trace(auto&& visit) { visit(edge); }
  ouro::ptr<first> edge;
};
struct second {
  virtual ~second() = default;
  void trace(auto&& visit) { visit(edge); }
  ouro::ptr<second> edge;
};
struct both : first, second {
#ifndef OURO_MUST_FAIL
  void trace(auto&& visit) {
    first::trace(visit);
    second::trace(visit);
  }
#endif
};

ouro::ptr<both> make_one() { return ouro::make<both>(); }
