#pragma once
/// \file
/// Classes of objects for pointers to own.

#include "support/counted.hpp"

#include <string>
#include <utility>

namespace ouro::test::standard {

struct number : test::counted<number> {
  explicit number(int of = 0) noexcept : value{of} {}
  int value;
};

struct base : test::counted<base> {
  base() = default;
  explicit base(int of) noexcept : value{of} {}
  base(const base&) = default;
  base& operator=(const base&) = default;
  virtual ~base() = default;
  int value = 1;
};

struct derived : base {
  derived() = default;
  explicit derived(int of) noexcept : base{of} {}
  int more = 2;
};

struct second_base {
  second_base() = default;
  second_base(const second_base&) = default;
  second_base& operator=(const second_base&) = default;
  virtual ~second_base() = default;
  long second = 3;
};

/// Its second base lies at an offset.
struct two_bases : base, second_base {
  int last = 4;
};

/// Its base lies where only the object knows.
struct with_virtual_base : virtual base {
  int last = 5;
};

struct with_private_base : private base {};

struct other_base : base {};
/// Which of its two bases is meant cannot be told.
struct with_ambiguous_base : derived, other_base {};

/// Is deleted as what it is, though its destructor is not virtual.
struct plain_base {
  int value = 6;
};
struct plain_derived : plain_base, test::counted<plain_derived> {};

/// Writes its name into `log` when it is destroyed.
struct logged {
  static inline std::string log;
  explicit logged(char called = '.') : name{called} {}
  logged(const logged&) = default;
  logged& operator=(const logged&) = default;
  ~logged() { log += name; }
  char name;
};

/// What `logged` objects have written since the last call.
[[nodiscard]] inline std::string take_log() { return std::exchange(logged::log, {}); }

}  // namespace ouro::test::standard
