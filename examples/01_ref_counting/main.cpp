// Reference counting: an object lives as long as somebody points to it, and dies at once when nobody does.

#include <ouro/ouro.hpp>

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
