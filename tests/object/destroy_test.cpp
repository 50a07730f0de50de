#include <ouro/object/destroy.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <tuple>

namespace {

using ouro::detail::destroyer;

std::string log;

template <char Name>
struct named {
  ~named() { log += Name; }
};

/// Makes a `T` and destroys it as the library does; returns what that has logged.
template <class T, class... Arguments>
std::string end_of(Arguments&&... arguments) {
  alignas(T) unsigned char room[sizeof(T)];
  T* const made = std::construct_at(reinterpret_cast<T*>(room), arguments...);
  log.clear();
  destroyer<T>::destroy(made);
  return log;
}

}  // namespace

TEST_CASE("destroyer: the elements of a tuple go from the last to the first") {
  CHECK(end_of<std::tuple<named<'a'>, named<'b'>, named<'c'>>>() == "cba");
  CHECK(end_of<std::tuple<int, named<'b'>, char>>() == "b");
  CHECK(end_of<std::tuple<named<'a'>>>() == "a");
  CHECK(end_of<named<'a'>>() == "a");
}

TEST_CASE("destroyer: the object that a reference in a tuple leads to stays") {
  const named<'a'> copied;
  named<'x'> stays;
  CHECK(end_of<std::tuple<named<'a'>, named<'x'>&>>(copied, stays) == "a");
}
