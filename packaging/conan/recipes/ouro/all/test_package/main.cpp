#include <ouro/ouro.hpp>

struct node {
  ouro::ptr<node> next;
};

int main() {
  {
    auto first = ouro::make<node>();
    first->next = ouro::make<node>(first);
  }
  return ouro::gc::collect() == 2 ? 0 : 1;
}
