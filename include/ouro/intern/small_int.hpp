#pragma once
/// \file
/// Integers as objects: the small ones are made once, at compile time.

#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/intern/interned.hpp>
#include <ouro/pointer/make_managed.hpp>
#include <ouro/pointer/managed_ptr.hpp>

#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro {

namespace detail {

/// Immortal objects for the integers from `Min` to `Max`, constant-initialised: never made, never freed, never written
/// to.
template <std::integral Int, Int Min, Int Max>
class small_int_table {
 public:
  [[nodiscard]] static constexpr bool holds(Int value) noexcept { return value >= Min && value <= Max; }

  /// \pre `holds(value)`
  [[nodiscard]] static Int* object(Int value) noexcept {
    return &cells_[static_cast<std::size_t>(value) - static_cast<std::size_t>(Min)].value;
  }

  /// Whether the object is one of these. Decided by its address, without a look at it.
  [[nodiscard]] static bool owns(const Int* object) noexcept {
    return reinterpret_cast<std::uintptr_t>(object) - reinterpret_cast<std::uintptr_t>(cells_.data()) < sizeof cells_;
  }

 private:
  struct alignas(8) cell {
    header<local_refcount> head;
    Int value;
  };
  static_assert(offsetof(cell, value) == sizeof(header<local_refcount>));

  static constexpr std::size_t size = static_cast<std::size_t>(Max) - static_cast<std::size_t>(Min) + 1;

  [[nodiscard]] static consteval std::array<cell, size> fill() {
    std::array<cell, size> cells{};
    Int value = Min;
    for (cell& each : cells) {
      each.head.count = count_word::pinned;
      each.value = value;
      if (value != Max) ++value;
    }
    return cells;
  }

  OURO_SHARED_STATE static inline constinit std::array<cell, size> cells_ = fill();
};

}  // namespace detail

/// An immutable integer object in a handle of 8 bytes. From `Min` to `Max` equal values are one object, which is there
/// before the program starts; others are made, counted and freed like any object. Compares by value. O(1)
template <std::integral Int, Int Min, Int Max>
class OURO_SHARED_TYPE basic_small_int
    : public detail::interned_handle<basic_small_int<Int, Min, Max>,
                                     managed_ptr<Int, local_refcount, no_collector, pool_allocator>> {
  using counted = managed_ptr<Int, local_refcount, no_collector, pool_allocator>;
  using base = detail::interned_handle<basic_small_int, counted>;
  using table = detail::small_int_table<Int, Min, Max>;

 public:
  using value_type = Int;
  static constexpr Int min = Min;  ///< the smallest that is never made anew
  static constexpr Int max = Max;  ///< the largest

  /// \throws std::bad_alloc outside the range
  basic_small_int(Int value = 0) : base{object(value)} {}

  // Handles to the objects of the table are not counted.
  basic_small_int(const basic_small_int& from) noexcept : base{shared(from.pointer())} {}
  basic_small_int(basic_small_int&&) noexcept = default;
  basic_small_int& operator=(const basic_small_int& from) noexcept {
    basic_small_int copy{from};
    this->swap(copy);
    return *this;
  }
  basic_small_int& operator=(basic_small_int&& from) noexcept {
    basic_small_int taken{std::move(from)};
    this->swap(taken);
    return *this;
  }
  ~basic_small_int() {
    if (table::owns(this->pointer().get())) this->forget();
  }

  [[nodiscard]] Int value() const noexcept { return *this->pointer(); }
  [[nodiscard]] Int operator*() const noexcept { return value(); }
  [[nodiscard]] explicit operator Int() const noexcept { return value(); }

  [[nodiscard]] friend bool operator==(const basic_small_int& left, const basic_small_int& right) noexcept {
    return left.value() == right.value();
  }
  [[nodiscard]] friend std::strong_ordering operator<=>(const basic_small_int& left,
                                                        const basic_small_int& right) noexcept {
    return left.value() <=> right.value();
  }

  /// Writes the value. A program that has a stream has included its header.
  template <class Char, class Traits>
  friend std::basic_ostream<Char, Traits>& operator<<(std::basic_ostream<Char, Traits>& out,
                                                      const basic_small_int& printed) {
    return out << printed.value();
  }

 private:
  [[nodiscard]] static counted shared(const counted& with) noexcept {
    return table::owns(with.get()) ? detail::pointer_access::take<counted>(with.get()) : with;
  }

  [[nodiscard]] OURO_ALWAYS_INLINE static counted object(Int value) {
    if (table::holds(value)) return detail::pointer_access::take<counted>(table::object(value));
    return make_managed<Int, local_refcount, no_collector, pool_allocator>(value);
  }
};

/// The range is CPython's up to version 3.14.
using small_int = basic_small_int<long long, -5, 256>;

template <class Int, Int Min, Int Max>
inline constexpr bool leaf<basic_small_int<Int, Min, Max>> = true;

}  // namespace ouro

template <class Int, Int Min, Int Max>
struct std::hash<ouro::basic_small_int<Int, Min, Max>> {
  [[nodiscard]] std::size_t operator()(const ouro::basic_small_int<Int, Min, Max>& hashed) const noexcept {
    return std::hash<Int>{}(hashed.value());
  }
};

#include <ouro/macros/restore.hpp>
