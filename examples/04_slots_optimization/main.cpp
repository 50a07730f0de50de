// Slots: the same record as fixed members, as attributes whose names objects share, and as a dictionary of its own; and
// the bytes of each.

#include <ouro/ouro.hpp>

#include <cstddef>
#include <cstdio>
#include <tuple>
#include <vector>

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  std::printf("  %-6s %s\n", holds ? "ok" : "FAILED", what);
  if (!holds) ++failures;
}

/// As a Python class with __slots__: the members are known when it is compiled, and found by their names all the same.
struct fixed_point {
  double x;
  double y;
  double label;
};

/// As a Python object with a __dict__: any attribute may be set at any time. Objects that have the same share the
/// names.
struct open_point {
  ouro::attributes<double> attributes;
};

/// The same with a dictionary for each object.
struct lone_point {
  ouro::dict<ouro::interned_string, double> attributes;
};

/// Bytes in use in the pools while what `make` returns is alive, per object.
template <class Make>
double bytes_per_object(Make make) {
  constexpr std::size_t objects = 10'000;
  const std::size_t before = ouro::heap::current().statistics().used_bytes;
  std::vector<decltype(make())> all;
  for (std::size_t i = 0; i != objects; ++i) all.push_back(make());
  return static_cast<double>(ouro::heap::current().statistics().used_bytes - before) / static_cast<double>(objects);
}

}  // namespace

template <>
inline constexpr auto ouro::slots_of<fixed_point> = std::tuple{
    ouro::slot("x", &fixed_point::x), ouro::slot("y", &fixed_point::y), ouro::slot("label", &fixed_point::label)};

int main() {
  using namespace ouro::literals;
  // Interned, the names of the attributes exist once, however many objects have them.
  const auto x = "x"_is;
  const auto y = "y"_is;
  const auto label = "label"_is;

  const auto fill = [&](auto made) {
    made->attributes[x] = 1;
    made->attributes[y] = 2;
    made->attributes[label] = 3;
    return made;
  };
  const double fixed = bytes_per_object([] { return ouro::make<fixed_point>(1.0, 2.0, 3.0); });
  const double open = bytes_per_object([&] { return fill(ouro::make<open_point>()); });
  const double lone = bytes_per_object([&] { return fill(ouro::make<lone_point>()); });

  std::printf("The record (x, y, label), 10,000 times\n");
  std::printf("  %8.1f bytes each as fixed members\n", fixed);
  std::printf("  %8.1f bytes each as attributes with shared names\n", open);
  std::printf("  %8.1f bytes each as a dictionary of its own\n", lone);

  const auto one = ouro::make<fixed_point>(1.0, 2.0, 3.0);
  check(ouro::size_of(one) == sizeof(fixed_point) + 8, "fixed members cost what they hold, and 8 bytes of header");
  check(fixed == static_cast<double>(ouro::size_of(one)), "and the pool adds nothing to that");
  check(open < 2.2 * fixed, "attributes with shared names cost about twice as much");
  check(lone > 4 * fixed, "a dictionary costs a multiple");

  ouro::slots<fixed_point>::get<double>(*one, "y") = 5;
  check(one->y == 5, "a fixed member is found by its name, too");

  auto flexible = fill(ouro::make<open_point>());
  const auto other = fill(ouro::make<open_point>());
  check(flexible->attributes.has_shape_of(other->attributes), "two objects, and one list of names");
  flexible->attributes["colour"_is] = 7;
  check(flexible->attributes.contains("colour"_is), "one of them gets an attribute that nobody thought of");
  check(!flexible->attributes.has_shape_of(other->attributes), "and has another shape from then on");
  return failures == 0 ? 0 : 1;
}
