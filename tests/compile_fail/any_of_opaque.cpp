// expect: cannot see its edges
#include <ouro/ouro.hpp>

class hides {
#ifndef OURO_MUST_FAIL
 public:
  void trace(auto&& visit) { visit(edge_); }

 private:
#endif
  ouro::ptr<hides> edge_;
  int number_ = 0;

 public:
  explicit hides(int number) : number_{number} {}
  [[nodiscard]] int number() const { return number_; }
};

ouro::any make_one() { return hides{1}; }
