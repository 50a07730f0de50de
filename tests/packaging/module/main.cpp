// A program that has the library by `import` alone: pointers, a collection, a policy of its own choice, what a class
// says of itself, strings and containers.

#include <string>

import ouro;

struct node {
  ouro::ptr<node> next;
  std::string name;
};

class branch {
 public:
  explicit branch(ouro::ptr<node> to) : to_{to} {}
  void trace(auto&& visit) { visit(to_); }

 private:
  ouro::ptr<node> to_;
};

struct handle {
  int number;
};
template <>
inline constexpr bool ouro::leaf<handle> = true;

using shared = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::system_allocator>;

int main() {
  {
    auto first = ouro::make<node>();
    first->next = ouro::make<node>(first, "second");
    const auto above = ouro::make<branch>(first);
    const ouro::weak<node> seen{first};
    if (seen.expired() || ouro::ref_count(first) != 3) return 1;
    const auto alike = ouro::deepcopy(first);
    if (alike->next->next != alike || alike == first) return 2;
  }
  if (ouro::gc::collect() != 4) return 3;
  const auto elsewhere = shared::make<handle>(handle{7});
  if (elsewhere->number != 7) return 4;
  if (ouro::interned_string{"text"} != ouro::interned_string{std::string{"te"} + "xt"}) return 5;
  ouro::list<int> numbers;
  numbers.push_back(1);
  return numbers.size() == 1 ? 0 : 6;
}
