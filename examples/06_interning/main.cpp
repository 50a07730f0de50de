// Interning: equal immutable values are one object, so that comparing them is comparing pointers.

#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  std::printf("  %-6s %s\n", holds ? "ok" : "FAILED", what);
  if (!holds) ++failures;
}

/// Any type with std::hash and == can be interned.
struct colour {
  unsigned char red, green, blue;
  friend bool operator==(const colour&, const colour&) = default;
};

}  // namespace

template <>
struct std::hash<colour> {
  std::size_t operator()(const colour& c) const noexcept {
    return static_cast<std::size_t>(c.red) << 16 | static_cast<std::size_t>(c.green) << 8 | c.blue;
  }
};

int main() {
  using namespace ouro::literals;

  std::printf("Strings\n");
  const auto a = "dependency"_is;
  const ouro::interned_string b{std::string("depend") + "ency"};
  check(ouro::is(a, b), "made in two ways, one object");
  check(a == b && ouro::ref_count(a) == 2, "compared by pointer, held by two");
  check(sizeof(a) == sizeof(void*), "a handle is a pointer");
  check("a"_is < "b"_is, "the order is that of the characters");

  std::printf("Ten thousand words of which a hundred differ\n");
  std::vector<std::string> words;
  for (int i = 0; i != 10'000; ++i) words.push_back("/usr/share/doc/package-" + std::to_string(i % 100));
  const std::size_t before = ouro::heap::current().statistics().used_bytes;
  const std::size_t known = ouro::interned_string::interned_count();
  std::vector<ouro::interned_string> interned(words.begin(), words.end());
  const std::size_t bytes = ouro::heap::current().statistics().used_bytes - before;
  std::printf("         (%zu bytes of strings instead of at least %zu)\n", bytes, 10'000 * words[0].size());
  check(ouro::interned_string::interned_count() == known + 100, "a hundred objects");
  check(bytes < std::size_t{100} * 64, "in less than 64 bytes each");
  interned.clear();
  check(ouro::interned_string::interned_count() == known, "which go with their last handle");

  std::printf("Small integers are there before the program starts\n");
  check(ouro::is(ouro::small_int{256}, ouro::small_int{256}), "256 is always the same object");
  check(!ouro::is(ouro::small_int{257}, ouro::small_int{257}), "257 is made anew");
  check(ouro::small_int{257} == ouro::small_int{257}, "but equal all the same");

  std::printf("The id of equal numbers\n");
  {
    const ouro::small_int small = 256;
    const ouro::small_int also_small = 256;
    const ouro::small_int large = 257;
    const ouro::small_int also_large = 257;
    std::printf("         (256: %#zx and %#zx; 257: %#zx and %#zx)\n", static_cast<std::size_t>(ouro::id(small)),
                static_cast<std::size_t>(ouro::id(also_small)), static_cast<std::size_t>(ouro::id(large)),
                static_cast<std::size_t>(ouro::id(also_large)));
    check(ouro::id(small) == ouro::id(also_small), "256 and 256 have one id");
    check(large == also_large && ouro::id(large) != ouro::id(also_large), "257 and 257 are equal and have two");
  }
  const auto id_of_a_number = [](long long value) { return ouro::id(ouro::small_int{value}); };
  const auto id_of_1000 = id_of_a_number(1000);
  check(id_of_1000 == id_of_a_number(2000), "1000 is gone when 2000 is made, which has its id then");

  std::printf("Any immutable value\n");
  const auto red = ouro::intern(colour{255, 0, 0});
  check(red == ouro::intern(colour{255, 0, 0}), "two equal colours are one");
  check(red != ouro::intern(colour{254, 0, 0}), "two different ones are not");
  check(ouro::interner<colour>::size() == 1, "and only what is in use is kept");

  std::printf("Switched off, to see what it does\n");
  ouro::interner<colour>::disable();
  check(red != ouro::intern(colour{255, 0, 0}), "without the cache, equal colours are two objects");
  ouro::interner<colour>::enable();
  return failures == 0 ? 0 : 1;
}
