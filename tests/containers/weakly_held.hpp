#pragma once
/// \file
/// The objects in weak containers, and the memories that the tests of these run with.

#include <ouro/ouro.hpp>

namespace ouro::test::weakly {

using biased = ouro::shared_memory;
using atomic = ouro::memory<ouro::atomic_refcount, ouro::trial_deletion, ouro::pool_allocator>;

template <class Memory>
struct item {
  typename Memory::template ptr<item> next;
  int value = 0;
};

template <class Memory>
using item_ptr = typename Memory::template ptr<item<Memory>>;

template <class Memory>
[[nodiscard]] item_ptr<Memory> make_item(int value) {
  return Memory::template make<item<Memory>>(nullptr, value);
}

}  // namespace ouro::test::weakly

/// A list of types, for doctest: objects of one thread, and two ways to count those of several.
#define OURO_TEST_WEAK_MEMORIES ouro::default_memory, ouro::test::weakly::biased, ouro::test::weakly::atomic
