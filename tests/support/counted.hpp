#pragma once
/// \file
/// Counts the objects of a class that live.

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

}  // namespace ouro::test
