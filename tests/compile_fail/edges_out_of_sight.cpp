// expect: ouro: cannot see the edges of T
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
