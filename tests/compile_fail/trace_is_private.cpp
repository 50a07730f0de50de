// expect in first error: shy.*ouro: its `trace` cannot be called
#include <ouro/ouro.hpp>

class shy {
 public:
  ~shy() {}
#ifdef OURO_MUST_FAIL
 private:
#endif
  void trace(auto&& visit) { visit(next_); }

 private:
  ouro::ptr<shy> next_;
};

ouro::ptr<shy> make_one() { return ouro::make<shy>(); }
