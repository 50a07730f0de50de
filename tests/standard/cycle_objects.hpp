#pragma once
/// \file
/// Objects of cycles, and whether a collection finds them.

#include "standard/pointers.hpp"

#include <doctest/doctest.h>

namespace ouro::test::standard {

/// A member that counts the objects which have it.
struct life {
  static inline int objects = 0;
  life() noexcept { ++objects; }
  life(const life&) noexcept { ++objects; }
  life& operator=(const life&) = default;
  ~life() { --objects; }
};

template <class F>
struct node {
  shared<F, node> next;
  life counted{};
};

/// Begins and ends a test with no garbage.
template <class F>
struct collected {
  collected() {
    F::collect();
    REQUIRE(life::objects == 0);
  }
  collected(const collected&) = delete;
  collected& operator=(const collected&) = delete;
  ~collected() {
    F::collect();
    CHECK(life::objects == 0);
  }
};

/// Whether `collect` is needed for, and destroys, what there is.
template <class F>
[[nodiscard]] bool is_garbage(int objects) {
  const bool was_there = life::objects == objects;
  F::collect();
  return was_there && life::objects == 0;
}

}  // namespace ouro::test::standard
