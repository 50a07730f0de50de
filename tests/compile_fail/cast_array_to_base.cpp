// expect: ouro: a pointer to an array is cast only to an array of the same elements, or to void
#include <ouro/ouro.hpp>

struct base {
  virtual ~base() = default;
  void trace(auto&&) {}
};
struct derived : base {};

#ifdef OURO_MUST_FAIL
ouro::ptr<base[]> cast(const ouro::ptr<derived[]>& from) { return ouro::static_pointer_cast<base[]>(from); }
#else
ouro::ptr<base> cast(const ouro::ptr<derived>& from) { return ouro::static_pointer_cast<base>(from); }
#endif
