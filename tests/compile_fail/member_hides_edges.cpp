// expect warning: pointers in this member are not traced
#include <ouro/ouro.hpp>

#include <functional>
#include <memory>
#include <vector>

struct button {
  std::vector<std::function<void()>> on_click;
  std::shared_ptr<int> number;  // leads to no edges
};
#ifndef OURO_MUST_FAIL
template <>
inline constexpr bool ouro::untraced<std::function<void()>> = true;
#endif

ouro::ptr<button> make_one() { return ouro::make<button>(); }
