// expect in first error: opaque_member.*ouro: cannot see its edges
#include <ouro/ouro.hpp>

class opaque_member {
 public:
  explicit opaque_member(ouro::ptr<int> held) : held_{held} {}

 private:
  ouro::ptr<int> held_;
};
class holder {
 public:
  ~holder() {}
#ifdef OURO_MUST_FAIL
  void trace(auto&& visit) { visit(next_, opaque_); }
#else
  void trace(auto&& visit) { visit(next_); }
#endif

 private:
  ouro::ptr<holder> next_;
  opaque_member opaque_{nullptr};
};

ouro::ptr<holder> make_one() { return ouro::make<holder>(); }
