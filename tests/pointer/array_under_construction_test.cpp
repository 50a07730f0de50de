#include <ouro/pointer/array_under_construction.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

using ouro::detail::array_under_construction;
using ouro::detail::elements_of;

namespace {

constexpr std::size_t most = static_cast<std::size_t>(-1);

static_assert(elements_of<int>(7) == 7 && elements_of<int[2][3]>(7) == 42 && elements_of<int[2]>(0) == 0);
static_assert(elements_of<int>(most) == most && elements_of<int[5]>(most / 5) == most / 5 * 5);
static_assert(elements_of<int[5]>(most / 5 + 1) == most && elements_of<int[2]>(most) == most);

struct named {
  explicit named(char called = '.') : name{called} {}
  named(const named& from) : name{from.name} { log += name; }
  named& operator=(const named&) = default;
  ~named() {
    log += '-';
    log += name;
  }

  static inline std::string log;
  char name;
};

}  // namespace

TEST_CASE("array_under_construction: adds rows element by element, and takes all back unless they are to be kept") {
  const named rows[2][2] = {{named{'a'}, named{'b'}}, {named{'c'}, named{'d'}}};
  alignas(named) std::byte room[5 * sizeof(named)];
  auto* const first = reinterpret_cast<named*>(room);
  named::log.clear();
  {
    array_under_construction<named> array{first};
    array.add_row<named[2][2]>(rows);
    array.add('e');
    CHECK(named::log == "abcd");
  }
  CHECK(named::log == "abcd-e-d-c-b-a");
  named::log.clear();
  {
    array_under_construction<named> array{first};
    array.add_row<named[2]>();
    array.add_for_overwrite();
    array.keep();
  }
  CHECK(named::log.empty());
  for (std::size_t i = 0; i != 3; ++i) first[i].~named();
  CHECK(named::log == "-.-.-.");
}
