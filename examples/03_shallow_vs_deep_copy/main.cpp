// Shallow and deep copies: what is shared after a copy, and what a deep copy must keep.

#include <ouro/ouro.hpp>

#include <cstdio>
#include <string>
#include <vector>

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  std::printf("  %-6s %s\n", holds ? "ok" : "FAILED", what);
  if (!holds) ++failures;
}

struct shape {
  std::string name;
  std::vector<ouro::ptr<shape>> parts;
};

/// Copies itself: what is expensive is shared, and the copy is told whose it is.
struct drawing {
  std::string title;
  ouro::ptr<shape> root;
  ouro::ptr<shape> library;  // the same for all drawings

  [[nodiscard]] ouro::ptr<drawing> deep_copy(auto& memo) const {
    return ouro::make<drawing>("copy of " + title, memo.copy_of(root), library);
  }
};

}  // namespace

int main() {
  const auto wheel = ouro::make<shape>("wheel");
  const auto car = ouro::make<shape>("car", std::vector{wheel, wheel});

  std::printf("Assignment: another name for the same object\n");
  const auto alias = car;
  check(ouro::is(alias, car), "two pointers, one car");
  check(ouro::ref_count(car) == 2, "which has two references now");

  std::printf("Shallow copy: a new object with the same parts\n");
  const auto shallow = ouro::copy(car);
  check(!ouro::is(shallow, car) && ouro::ref_count(shallow) == 1, "a car of its own, with a count of its own");
  check(ouro::is(shallow->parts[0], car->parts[0]), "on the very same wheels");
  wheel->name = "flat wheel";
  check(shallow->parts[0]->name == "flat wheel", "so that both cars have the flat");
  check(ouro::ref_count(wheel) == 5, "one wheel: its name here, and two places on each of two cars");

  std::printf("Deep copy: new parts, too\n");
  const auto deep = ouro::deepcopy(car);
  check(!ouro::is(deep->parts[0], car->parts[0]), "wheels of its own");
  check(ouro::is(deep->parts[0], deep->parts[1]), "one wheel in two places is one wheel in the copy");
  wheel->name = "wheel";
  check(deep->parts[0]->name == "flat wheel", "and what happens to the original does not matter any more");

  std::printf("Cycles survive a deep copy\n");
  const auto ring = ouro::make<shape>("ring");
  ring->parts.push_back(ring);
  auto ring_copy = ouro::deepcopy(ring);
  check(ouro::is(ring_copy->parts[0], ring_copy), "the copy points to itself, not to the original");
  ring->parts.clear();
  ring_copy.reset();
  check(ouro::gc::collect() == 1, "and is collected when it is dropped");

  std::printf("A class may copy itself\n");
  const auto library = ouro::make<shape>("library");
  const auto plan = ouro::make<drawing>("plan", car, library);
  const auto plan_copy = ouro::deepcopy(plan);
  check(plan_copy->title == "copy of plan" && !ouro::is(plan_copy->root, car), "the drawing and its shapes are new");
  check(ouro::is(plan_copy->library, library), "the library is the one that there is");
  return failures == 0 ? 0 : 1;
}
