#pragma once
/// \file
/// Objects that lead to each other in a ring: garbage that no count finds, once its pointers from outside are gone.

#include <ouro/ouro.hpp>

namespace ouro::test {

/// Returns the first of `length` objects, made of `arguments`, each of which leads to the next by its member `next`.
template <class Memory = default_memory, class T, class Pointer, class... Arguments>
Pointer make_ring(int length, Pointer T::* next, const Arguments&... arguments) {
  Pointer first = Memory::template make<T>(arguments...);
  Pointer last = first;
  for (int i = 1; i != length; ++i) {
    last.get()->*next = Memory::template make<T>(arguments...);
    last = Pointer{last.get()->*next};
  }
  last.get()->*next = first;
  return first;
}

}  // namespace ouro::test
