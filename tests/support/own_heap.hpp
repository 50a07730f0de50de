#pragma once
/// \file
/// A private heap that a test has for itself.

#include <ouro/ouro.hpp>

namespace ouro::test {

/// Entered while it lives.
template <class Memory = default_memory>
struct own_heap {
  typename Memory::heap heap;
  typename Memory::heap::scope in{heap};
};

}  // namespace ouro::test
