#pragma once
/// \file
/// A class and its base, for pointers that convert between them.

namespace ouro::test {

struct base {
  virtual ~base() = default;
  void trace(auto&&) {}
  int number = 1;
};
struct derived : base {
  void trace(auto&&) {}
  int more = 2;
};

}  // namespace ouro::test
