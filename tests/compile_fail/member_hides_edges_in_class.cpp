// expect warning: pointers in this member are not traced
#include <ouro/ouro.hpp>

#include <any>
#include <memory>

struct cell;
struct value {
  std::any held;
};
struct cell {
  value first;
  std::weak_ptr<cell> other;
};
#ifndef OURO_MUST_FAIL
template <>
inline constexpr bool ouro::untraced<cell> = true;
#endif

ouro::ptr<cell> make_one() { return ouro::make<cell>(); }
