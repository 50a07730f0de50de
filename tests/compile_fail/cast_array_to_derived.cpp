// expect: ouro: a pointer to an array is cast only to an array of the same elements, or to void
#include <ouro/ouro.hpp>

struct base {
  virtual ~base() = default;
  void trace(auto&&) {}
};
struct derived : base {};

#ifdef OURO_MUST_FAIL
ouro::ptr<derived[]> cast(const ouro::ptr<base[]>& from) { return ouro::dynamic_pointer_cast<derived[]>(from); }
#else
ouro::ptr<derived> cast(const ouro::ptr<base>& from) { return ouro::dynamic_pointer_cast<derived>(from); }
#endif
