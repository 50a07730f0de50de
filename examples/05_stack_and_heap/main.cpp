// Stack and heap: names live in frames, objects on the heap, and what a frame lets go of when it ends.

#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdio>
#include <string>

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  std::printf("  %-6s %s\n", holds ? "ok" : "FAILED", what);
  if (!holds) ++failures;
}

struct account {
  std::string owner;
  long balance;
};

/// The parameter is a name of its own for the caller's object.
void deposit(const ouro::ptr<account>& into, long amount) { into->balance += amount; }

/// A copy of the pointer is one reference more for as long as the frame lasts.
std::size_t references_inside(ouro::ptr<account> copied) { return ouro::ref_count(copied); }

/// Three objects are made in this frame, and one leaves it.
ouro::ptr<account> open_best_of_three() {
  const auto first = ouro::make<account>("first", 10L);
  const auto second = ouro::make<account>("second", 30L);
  const auto third = ouro::make<account>("third", 20L);
  return second;
}

std::size_t objects_on_heap() { return ouro::heap::current().statistics().used_blocks; }

}  // namespace

int main() {
  const std::size_t at_start = objects_on_heap();

  std::printf("A pointer is on the stack, the object on the heap\n");
  const auto mine = ouro::make<account>("me", 100L);
  std::printf("         (the pointer takes %zu bytes; the object of type %.*s takes %zu, its id is %#zx)\n",
              sizeof(mine), static_cast<int>(ouro::type_name(mine).size()), ouro::type_name(mine).data(),
              ouro::size_of(mine), static_cast<std::size_t>(ouro::id(mine)));
  check(ouro::size_of(mine) == sizeof(account) + 8, "the object's block holds a header of 8 bytes besides");
  check(objects_on_heap() == at_start + 1, "one block is in use");

  std::printf("Arguments are new names, not new objects\n");
  deposit(mine, 5);
  check(mine->balance == 105, "the function changed the caller's object");
  const std::size_t inside = references_inside(mine);
  check(inside == 2 && ouro::ref_count(mine) == 1, "two references inside, one when it is back");

  std::printf("Equal is not the same\n");
  const auto twin = ouro::make<account>(*mine);
  check(twin->balance == mine->balance && !ouro::is(twin, mine), "equal values, two objects");
  check(ouro::id(twin) != ouro::id(mine), "with two ids");

  std::printf("A frame releases what it alone held\n");
  {
    const auto best = open_best_of_three();
    check(best->owner == "second", "one of three objects was returned");
    check(ouro::ref_count(best) == 1, "with no reference but ours");
    check(objects_on_heap() == at_start + 3, "the other two are gone");
  }
  check(objects_on_heap() == at_start + 2, "and now so is that one");
  return failures == 0 ? 0 : 1;
}
