// expect: cannot see its edges
#include <ouro/ouro.hpp>

struct button {
  ouro::function<void()> on_click;
};

void set(const ouro::ptr<button>& on) {
#ifdef OURO_MUST_FAIL
  on->on_click = [on] { on->on_click = nullptr; };
#else
  on->on_click = ouro::capture(on, [](auto& self) { self->on_click = nullptr; });
#endif
}
