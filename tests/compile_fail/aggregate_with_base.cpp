// expect in first error: extended.*ouro: it is an aggregate with a base class
#include <ouro/ouro.hpp>

struct base {
  int kind = 0;
};
struct extended : base {
  ouro::ptr<extended> next;
#ifndef OURO_MUST_FAIL
  void trace(auto&& visit) { visit(static_cast<base&>(*this), next); }
#endif
};

ouro::ptr<extended> make_one() { return ouro::make<extended>(); }
