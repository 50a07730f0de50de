// expect in first error: derived.*ouro: its `trace` is inherited
#include <ouro/ouro.hpp>

/// Has room for a pointer behind its member, so that a derived class with one more is not larger.
struct alignas(4 * sizeof(void*)) base {
  virtual ~base() = default;
  void trace(auto&& visit) { visit(first); }
  ouro::ptr<base> first;
};
struct derived final : base {
#ifdef OURO_MUST_FAIL
  ouro::ptr<base> second;
#endif
};
static_assert(sizeof(derived) == sizeof(base));

ouro::ptr<derived> make_one() { return ouro::make<derived>(); }
