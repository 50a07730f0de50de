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
std::size_t bytes_on_heap() { return ouro::heap::current().statistics().used_bytes; }

/// What a variable that is made by `make` takes in a frame, and on the private heap.
struct place {
  std::size_t on_stack;
  std::size_t on_heap;
};
template <class Make>
place place_of(const char* declaration, Make make) {
  const std::size_t before = bytes_on_heap();
  const auto variable = make();
  const place taken{sizeof(variable), bytes_on_heap() - before};
  std::printf("  %5zu %5zu   %s\n", taken.on_stack, taken.on_heap, declaration);
  return taken;
}

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

  std::printf("What lies where: bytes on the stack, bytes on the private heap\n");
  const place number = place_of("long long number = 1000", [] { return 1000LL; });
  const place object =
      place_of("auto object = ouro::make<long long>(1000)", [] { return ouro::make<long long>(1000); });
  const place small = place_of("ouro::small_int small = 100", [] { return ouro::small_int{100}; });
  const place large = place_of("ouro::small_int large = 1000", [] { return ouro::small_int{1000}; });
  const place record = place_of("account record{\"me\", 100}", [] { return account{"me", 100}; });
  const place managed =
      place_of("auto managed = ouro::make<account>(\"me\", 100)", [] { return ouro::make<account>("me", 100L); });
  const place list = place_of("ouro::list<double> list{1, 2, 3, 4}", [] { return ouro::list<double>{1, 2, 3, 4}; });
  const place tuple =
      place_of("ouro::tuple<double, double> tuple{1, 2}", [] { return ouro::tuple<double, double>{1, 2}; });
  check(number.on_heap == 0 && record.on_heap == 0, "a plain variable lies on the stack alone");
  check(object.on_stack == sizeof(void*) && object.on_heap == sizeof(long long) + 8,
        "of an object there is a pointer on the stack, and value and header on the heap");
  check(managed.on_stack == sizeof(void*) && managed.on_heap == (record.on_stack + 8 + 7) / 8 * 8,
        "however large it is; sizes on the heap are multiples of 8");
  check(small.on_heap == 0, "a small integer is in neither place: it is a part of the program");
  check(large.on_heap == sizeof(long long) + 8, "a larger one is an object like others");
  check(list.on_stack == sizeof(ouro::list<double>) && list.on_heap == 4 * sizeof(double),
        "a list has its size on the stack, and its elements on the heap");
  check(tuple.on_stack == sizeof(void*) && tuple.on_heap == 2 * sizeof(double) + 8, "a tuple is one object");

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
