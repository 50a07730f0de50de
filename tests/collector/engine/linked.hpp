#pragma once
/// \file
/// Objects with two edges, whose trace can throw: for phases of a collection that a test drives by itself.

#include "support/counted.hpp"

#include <ouro/ouro.hpp>

namespace ouro::test {

struct linked : counted<linked> {
  ptr<linked> next;
  ptr<linked> other;
  bool throws = false;
  void trace(auto&& visit) {
    if (throws) throw 1;
    visit(next, other);
  }
};

}  // namespace ouro::test
