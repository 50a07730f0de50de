#pragma once
/// \file
/// Objects whose trace cannot be relied on.

#include "support/counted.hpp"

#include <ouro/ouro.hpp>

namespace ouro::test {

/// An object whose trace throws after a number of traces, or forgets an edge every other time.
template <class Memory>
struct unreliable : counted<unreliable<Memory>> {
  static inline int traces_until_throw = -1;
  static inline bool forgets = false;
  static inline int traces = 0;

  void trace(auto&& visit) {
    if (traces_until_throw == 0) throw 1;
    if (traces_until_throw > 0) --traces_until_throw;
    visit(left);
    if (!forgets || ++traces % 2 == 0) visit(right);
  }

  typename Memory::template ptr<unreliable> left;
  typename Memory::template ptr<unreliable> right;
};

}  // namespace ouro::test
