#pragma once
/// \file
/// Nodes of a graph whose copy constructor can throw.

#include <ouro/ouro.hpp>

#include <stdexcept>
#include <vector>

namespace ouro::test {

/// Counts its live objects. Throws once `copies_until_throw` copies have been made, if that is not negative.
struct copied_node {
  static inline int alive = 0;
  static inline int copies_until_throw = -1;

  explicit copied_node(int number = 0) : value{number} { ++alive; }
  copied_node(const copied_node& from) : value{from.value}, left{from.left}, right{from.right}, more{from.more} {
    if (copies_until_throw == 0) throw std::runtime_error{"no more copies"};
    if (copies_until_throw > 0) --copies_until_throw;
    ++alive;
  }
  copied_node& operator=(const copied_node&) = delete;
  ~copied_node() { --alive; }
  void trace(auto&& visit) { visit(left, right, more); }

  int value;
  ptr<copied_node> left;
  ptr<copied_node> right;
  std::vector<ptr<copied_node>> more;
};

}  // namespace ouro::test
