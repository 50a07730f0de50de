// Built without exceptions and without RTTI; passes by its exit code (trap 66).

#include <ouro/ouro.hpp>

#include <string>
#include <vector>

namespace {

struct base {
  virtual ~base() = default;
  void trace(auto&&) {}
};

struct node : base {
  ouro::ptr<node> next;
  std::vector<ouro::ptr<base>> many;
  int finalized = 0;
  void finalize() { ++finalized; }
  void trace(auto&& visit) { visit(next, many); }
};

struct other : base {};

bool collects_a_cycle() {
  {
    const auto a = ouro::make<node>();
    a->next = ouro::make<node>();
    a->next->next = a;
    a->many.push_back(a);
  }
  return ouro::gc::collect() == 2;
}

bool casts_by_the_made_type() {
  const ouro::ptr<base> made = ouro::make<node>();
  return ouro::dynamic_pointer_cast<node>(made) != nullptr && ouro::dynamic_pointer_cast<other>(made) == nullptr;
}

bool watches_and_interns() {
  auto object = ouro::make<std::string>("text");
  int called = 0;
  const ouro::weak<std::string> watcher{object, [&called] { ++called; }};
  object.reset();
  return called == 1 && watcher.expired() && ouro::interned_string{"word"} == ouro::interned_string{"word"} &&
         ouro::make<int[]>(3)[2] == 0;
}

}  // namespace

int main() { return collects_a_cycle() && casts_by_the_made_type() && watches_and_interns() ? 0 : 1; }
