// expect in first error: derived.*ouro: its `trace` is inherited
#include <ouro/ouro.hpp>

struct base {
  virtual ~base() = default;
  void trace(auto&&) {}
};
struct derived : base {
  ouro::ptr<derived> edge;
#ifndef OURO_MUST_FAIL
  void trace(auto&& visit) {
    base::trace(visit);
    visit(edge);
  }
#endif
};

ouro::ptr<derived> make_one() { return ouro::make<derived>(); }
