// expect: cannot see its edges
#include <ouro/ouro.hpp>

class hides {
 public:
  explicit hides(int number) : number_{number} {}
  [[nodiscard]] int number() const { return number_; }
#ifndef OURO_MUST_FAIL
  void trace(auto&& visit) { visit(edge_); }
#endif

 private:
  ouro::ptr<int> edge_;
  int number_;
};
struct shape {
  virtual ~shape() = default;
  virtual void trace(ouro::edge_visitor& visit) { visit(part); }
  hides part{1};
};

ouro::ptr<shape> make_one() { return ouro::make<shape>(); }
