// expect: deepcopy cannot see the edges of T
#include <ouro/ouro.hpp>

struct shape {
#ifdef OURO_MUST_FAIL
  void trace(ouro::edge_visitor& visit) { visit(next); }
#else
  void trace(auto&& visit) { visit(next); }
#endif
  ouro::ptr<shape> next;
};
template <>
inline constexpr bool ouro::clonable<shape> = true;

ouro::ptr<shape> copy_of(const ouro::ptr<shape>& from) { return ouro::deepcopy(from); }
