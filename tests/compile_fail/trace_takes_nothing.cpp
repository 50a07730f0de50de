// expect in first error: wrong.*ouro: its `trace` cannot be called
#include <ouro/ouro.hpp>

class wrong {
 public:
  ~wrong() {}
#ifdef OURO_MUST_FAIL
  void trace() {}
#else
  void trace(auto&& visit) { visit(next_); }
#endif

 private:
  ouro::ptr<wrong> next_;
};

ouro::ptr<wrong> make_one() { return ouro::make<wrong>(); }
