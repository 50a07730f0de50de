// expect: ouro: the base class does not lie at the beginning of the object
#include <ouro/ouro.hpp>

struct first {
  virtual ~first() = default;
};
struct second {
  virtual ~second() = default;
};
struct both : first, second {
  void trace(auto&&) {}
};

#ifdef OURO_MUST_FAIL
ouro::ptr<second> convert(const ouro::ptr<both>& from) { return from; }
#else
ouro::ptr<first> convert(const ouro::ptr<both>& from) { return from; }
#endif
