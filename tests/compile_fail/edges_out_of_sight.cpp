// expect in first error: hidden.*ouro: cannot see its edges: give it
#include <ouro/ouro.hpp>
class hidden {
 public:
  ~hidden() {}
#ifndef OURO_MUST_FAIL
  void trace(auto&& visit) { visit(next_); }
#endif
 private:
  ouro::ptr<hidden> next_;
};
ouro::ptr<hidden> make_one() { return ouro::make<hidden>(); }
