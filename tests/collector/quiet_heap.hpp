#pragma once
/// \file
/// Rings of objects, under each collector, in a heap where nothing of earlier tests is left.

#include "support/counted.hpp"
#include "support/gc_settings.hpp"
#include "support/ring.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace ouro::test {

using by_trial = default_memory;
using by_generation = memory<local_refcount, generational, pool_allocator>;
using shared = memory<atomic_refcount, trial_deletion, pool_allocator>;

/// Counts its live objects, and the calls of `finalize`.
template <class Memory>
struct node : counted<node<Memory>> {
  static inline int finalizers = 0;

  void finalize() { ++finalizers; }
  void trace(auto&& visit) { visit(left, right); }

  typename Memory::template ptr<node> left;
  typename Memory::template ptr<node> right;
};

/// Makes a ring of objects whose edge is `left`, and returns one of them.
template <class Memory>
auto make_ring(int length) {
  return ouro::test::make_ring<Memory>(length, &node<Memory>::left);
}

/// Makes the object a candidate: its count falls to a non-zero value.
template <class Pointer>
void make_candidate(const Pointer& object) {
  static_cast<void>(Pointer{object});
}

/// Whether both are the same objects, in any order.
template <class Object, class... Pointers>
[[nodiscard]] bool are(const std::vector<Object>& found, const Pointers&... expected) {
  return found.size() == sizeof...(expected) &&
         ((std::ranges::count_if(found, [&](const Object& each) { return each.owner() == expected.owner(); }) == 1) &&
          ...);
}

/// While it lives, no collection begins by itself. Nothing of earlier tests is young or old, and nothing of this one is
/// left at its end.
template <class Memory>
struct quiet_heap : none_left<node<Memory>>, explicit_collections<Memory> {
  quiet_heap() { node<Memory>::finalizers = 0; }
};

}  // namespace ouro::test
