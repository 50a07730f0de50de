#pragma once
/// \file
/// Counts the living objects of a class.

#include <doctest/doctest.h>

namespace ouro::test {

/// A base of `T`. `Number` is `std::atomic<int>` for objects that several threads make and destroy.
template <class T, class Number = int>
struct counted {
  static inline Number alive = 0;

  counted() noexcept { ++alive; }
  counted(const counted&) noexcept { ++alive; }
  counted& operator=(const counted&) = default;
  ~counted() { --alive; }
};

/// Checks at its end that no `T` is alive. As the first base of a fixture, it ends after the others have cleaned up.
template <class T>
struct none_left {
  none_left() = default;
  none_left(const none_left&) = delete;
  none_left& operator=(const none_left&) = delete;
  ~none_left() { CHECK(T::alive == 0); }
};

}  // namespace ouro::test
