// Reference counting: an object lives as long as somebody points to it, and dies at once when nobody does.

#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdio>
#include <string>
#include <utility>

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  std::printf("  %-6s %s\n", holds ? "ok" : "FAILED", what);
  if (!holds) ++failures;
}

struct document {
  std::string title;
  ~document() { std::printf("         (the document '%s' is destroyed)\n", title.c_str()); }
};

}  // namespace

int main() {
  std::printf("One object, one pointer of %zu bytes\n", sizeof(ouro::ptr<document>));
  auto first = ouro::make<document>("report");
  check(ouro::ref_count(first) == 1, "a new object has one reference");

  std::printf("Copies count, moves do not\n");
  {
    const auto second = first;
    check(ouro::ref_count(first) == 2, "a copy is a second reference");
    check(ouro::is(first, second), "to the same object");
  }
  check(ouro::ref_count(first) == 1, "the copy went out of scope");
  ouro::ptr<document> moved = std::move(first);
  // NOLINTNEXTLINE(bugprone-use-after-move): what a move leaves behind is the point
  check(first == nullptr && ouro::ref_count(moved) == 1, "a move hands the reference over");

  std::printf("Weak pointers watch and do not count\n");
  const ouro::weak<document> watcher = moved;
  check(ouro::ref_count(moved) == 1 && watcher.lock() == moved, "locked, a weak pointer is a strong one");

  std::printf("The last pointer takes the object with it\n");
  moved.reset();
  check(watcher.expired(), "no waiting for a collector: it is gone already");

  std::printf("x = 10; y = x; x += 1\n");
  {
    // As Python's int: nothing changes the number itself.
    auto x = ouro::make<const long>(10);
    const auto y = x;
    check(ouro::is(x, y) && ouro::ref_count(y) == 2, "y = x: one 10 with two names");
    x = ouro::make<const long>(*x + 1);
    check(*x == 11 && *y == 10 && !ouro::is(x, y), "x += 1: x is another object, y still the old one");
    check(ouro::ref_count(y) == 1, "and 10 has one reference again");
  }

  std::printf("b = 9; a = 4; b = 4\n");
  {
    auto b = ouro::make<const long>(9);
    const auto a = ouro::make<const long>(4);
    const ouro::weak<const long> nine = b;
    check(ouro::ref_count(a) == 1 && ouro::ref_count(b) == 1, "4 and 9 have one reference each");
    b = a;
    check(ouro::ref_count(a) == 2, "4 has two now");
    check(nine.expired(), "9 had none left, and was destroyed");
  }

  std::printf("The same with small integers, which are not counted\n");
  {
    // All of them are there before the program starts, and stay to its end: nothing would ask for their counts, and
    // threads that use the same number would all write to one place. (CPython counts them until 3.11; since 3.12 they
    // are immortal there, too.)
    ouro::small_int b = 9;
    const ouro::small_int a = 4;
    const std::size_t count_of_4 = ouro::ref_count(a);
    const std::size_t count_of_9 = ouro::ref_count(b);
    b = a;
    check(ouro::is(a, b), "b = a: both are the one 4 that there is");
    check(ouro::ref_count(a) == count_of_4, "whose count has not changed");
    check(ouro::ref_count(ouro::small_int{9}) == count_of_9, "nor has that of 9, which has no name any more");
    b = *b + 1;
    check(*b == 5 && *a == 4, "b += 1: b is 5, a still 4");
  }

  std::printf("A list is dropped link by link, in constant stack however long it is\n");
  struct link {
    int number;
    ouro::ptr<link> next;
  };
  ouro::ptr<link> list;
  for (int i = 0; i != 1'000'000; ++i) list = ouro::make<link>(i, std::move(list));
  const ouro::weak<link> end_watcher = list;
  list.reset();
  check(end_watcher.expired(), "a million links are gone");
  return failures == 0 ? 0 : 1;
}
