// expect: ouro: the derived class holds edges that its base does not show
#include <ouro/ouro.hpp>

struct plain {
  int kind = 0;
};
struct with_edges : plain {
  ouro::ptr<plain> other;
  void trace(auto&& visit) { visit(other); }
};

#ifndef OURO_MUST_FAIL
template <>
inline constexpr bool ouro::extensible<plain> = true;
#endif

ouro::ptr<plain> convert(const ouro::ptr<with_edges>& from) { return from; }
