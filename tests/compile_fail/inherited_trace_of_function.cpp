// expect in first error: derived.*ouro: its `trace` is inherited
#include <ouro/ouro.hpp>

#include <functional>

struct base {
  virtual ~base() = default;
  void trace(const std::function<void(const ouro::ptr<base>&)>& visit) { visit(first); }
  ouro::ptr<base> first;
};
struct derived : base {
  ouro::ptr<base> second;
#ifndef OURO_MUST_FAIL
  void trace(const std::function<void(const ouro::ptr<base>&)>& visit) {
    base::trace(visit);
    visit(second);
  }
#endif
};

ouro::ptr<derived> make_one() { return ouro::make<derived>(); }
