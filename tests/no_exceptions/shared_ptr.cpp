// The standard's interface, built without exceptions and without RTTI; passes by its exit code (trap 66).

#include <ouro/ouro.hpp>
#include <ouro/shared_ptr.hpp>

#include <memory>
#include <string>
#include <vector>

namespace local = ouro::local;

namespace {

struct base {
  virtual ~base() = default;
  int number = 1;
};
struct derived : base {
  void trace(auto&& visit) { visit(next); }
  local::shared_ptr<base> next;
};
struct other : base {};

struct named : local::enable_shared_from_this<named> {
  std::string name = "name";
};

bool collects_a_cycle() {
  {
    const auto first = local::make_shared<derived>();
    const local::shared_ptr<derived> second{new derived};
    first->next = second;
    second->next = first;
  }
  return ouro::gc::collect() == 2;
}

bool casts_by_the_made_type() {
  const local::shared_ptr<base> made = local::make_shared<derived>();
  const local::shared_ptr<base> owned{new derived};
  return local::dynamic_pointer_cast<derived>(made) == made && local::dynamic_pointer_cast<derived>(owned) == owned &&
         local::dynamic_pointer_cast<other>(made) == nullptr && local::dynamic_pointer_cast<base>(made) == made &&
         local::dynamic_pointer_cast<derived>(local::shared_ptr<base>{}) == nullptr;
}

bool knows_itself() {
  const auto made = local::make_shared<named>();
  return made->shared_from_this() == made && made->weak_from_this().lock() == made;
}

bool finds_deleters() {
  struct deleter {
    void operator()(const int* object) const { delete object; }
    int number = 7;
  };
  const local::shared_ptr<int> made{new int{3}, deleter{}};
  return local::get_deleter<deleter>(made)->number == 7 &&
         local::get_deleter<std::default_delete<int>>(made) == nullptr;
}

bool goes_to_the_standard_and_back() {
  const auto made = ouro::make_shared<std::vector<int>>(3, 4);
  const std::shared_ptr<std::vector<int>> there = made;
  const ouro::shared_ptr<std::vector<int>> back = there;
  return back == made && back->at(2) == 4;
}

bool holds_closures_and_values() {
  ouro::function<int(int)> call = ouro::capture(2, [](int two, int number) { return two * number; });
  ouro::any value = std::string{"text"};
  return call(4) == 8 && *ouro::any_cast<std::string>(&value) == "text" && ouro::any_cast<int>(&value) == nullptr;
}

}  // namespace

int main() {
  return collects_a_cycle() && casts_by_the_made_type() && knows_itself() && finds_deleters() &&
                 goes_to_the_standard_and_back() && holds_closures_and_values()
             ? 0
             : 1;
}
