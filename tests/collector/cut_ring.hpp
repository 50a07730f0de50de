#pragma once
/// \file
/// A ring of garbage in which a finalizer resets an edge.

#include "support/counted.hpp"

#include <ouro/ouro.hpp>

namespace ouro::test {

/// An object whose finalizer can reset its edge, and whose trace can throw.
template <class Memory>
struct cut : counted<cut<Memory>> {
  static inline bool trace_fails = false;

  void finalize() {
    if (!cuts) return;
    next.reset();
    trace_fails = fails_then;
  }
  void trace(auto&& visit) {
    if (trace_fails) throw 1;
    visit(next, other);
  }

  typename Memory::template ptr<cut> next;
  typename Memory::template ptr<cut> other;
  bool cuts = false;
  bool fails_then = false;
};

/// Leaves a ring of three as garbage. The finalizer of the first object cuts the second one off.
template <class Memory>
void make_cut_ring(bool fails_then) {
  const auto first = Memory::template make<cut<Memory>>();
  first->next = Memory::template make<cut<Memory>>();
  first->next->next = Memory::template make<cut<Memory>>();
  first->next->next->next = first;
  first->other = first;
  first->cuts = true;
  first->fails_then = fails_then;
}

}  // namespace ouro::test
