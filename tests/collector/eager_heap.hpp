#pragma once
/// \file
/// A heap in which automatic collections come after few objects.

#include "support/counted.hpp"
#include "support/gc_settings.hpp"
#include "support/ring.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

namespace ouro::test {

/// An object that may lead to itself, and calls a function when it is destroyed.
template <class Memory>
struct ring : counted<ring<Memory>> {
  ring() = default;
  ring(const ring&) = delete;
  ring& operator=(const ring&) = delete;
  ~ring() {
    if (calls != nullptr) calls();
  }
  void trace(auto&& visit) { visit(self); }

  typename Memory::template ptr<ring> self;
  void (*calls)() = nullptr;
};

template <class Memory>
void leave_garbage(int objects) {
  for (int i = 0; i != objects; ++i) ouro::test::make_ring<Memory>(1, &ring<Memory>::self);
}

/// While it lives, a collection is due after 10 candidates. Restores the settings at its end.
template <class Memory>
struct eager_heap : none_left<ring<Memory>>, gc_settings<Memory> {
  eager_heap() { Memory::gc::set_threshold(10); }
};

/// Makes an object and drops it at once. A collection that is due begins in this.
template <class Memory>
void make_one() {
  static_cast<void>(Memory::template make<ring<Memory>>());
}

}  // namespace ouro::test
