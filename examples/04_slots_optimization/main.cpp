// Slots: the same record as fixed members and as a dictionary of attributes, and the bytes of both.

#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdio>
#include <functional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  std::printf("  %-6s %s\n", holds ? "ok" : "FAILED", what);
  if (!holds) ++failures;
}

/// As a Python class with __slots__: the members are known when it is compiled.
struct fixed_point {
  double x;
  double y;
  long label;
};

/// As a Python object with a __dict__: any attribute may be set at any time. Its table lives in the private heap, too.
struct open_point {
  using entry = std::pair<const ouro::interned_string, double>;
  using table = std::unordered_map<ouro::interned_string, double, std::hash<ouro::interned_string>, std::equal_to<>,
                                   ouro::standard_allocator<entry>>;
  table attributes;
};

/// Bytes in use in the pools while what `make` returns is alive, per object.
template <class Make>
double bytes_per_object(Make make) {
  constexpr std::size_t objects = 10'000;
  const std::size_t before = ouro::heap::statistics().used_bytes;
  std::vector<decltype(make())> all;
  for (std::size_t i = 0; i != objects; ++i) all.push_back(make());
  return static_cast<double>(ouro::heap::statistics().used_bytes - before) / static_cast<double>(objects);
}

}  // namespace

int main() {
  using namespace ouro::literals;
  // Interned, the names of the attributes exist once, however many objects have them.
  const auto x = "x"_is;
  const auto y = "y"_is;
  const auto label = "label"_is;

  const double fixed = bytes_per_object([] { return ouro::make<fixed_point>(1.0, 2.0, 3L); });
  const double open = bytes_per_object([&] {
    auto made = ouro::make<open_point>();
    made->attributes[x] = 1;
    made->attributes[y] = 2;
    made->attributes[label] = 3;
    return made;
  });

  std::printf("The record (x, y, label), 10,000 times\n");
  std::printf("  %8.1f bytes each as fixed members\n", fixed);
  std::printf("  %8.1f bytes each as a dictionary of attributes\n", open);
  std::printf("  %8.1f times as much\n", open / fixed);

  const auto one = ouro::make<fixed_point>(1.0, 2.0, 3L);
  check(ouro::size_of(one) == sizeof(fixed_point) + 8, "fixed members cost what they hold, and 8 bytes of header");
  check(fixed == static_cast<double>(ouro::size_of(one)), "and the pool adds nothing to that");
  check(open > 4 * fixed, "a dictionary costs a multiple");

  auto flexible = ouro::make<open_point>();
  flexible->attributes["colour"_is] = 7;
  check(flexible->attributes.contains("colour"_is), "for which it takes attributes that nobody thought of");
  return failures == 0 ? 0 : 1;
}
