#pragma once
/// \file
/// Integers as objects; the objects of small integers are made at compile time.

#include <ouro/config.hpp>
#include <ouro/fwd.hpp>
#include <ouro/intern/interned.hpp>
#include <ouro/intern/interned_verbs.hpp>
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

/// Immortal objects for the integers from `Min` to `Max`, constant-initialised and never written to.
template <std::integral Int, Int Min, Int Max>
class small_int_table {
 public:
  [[nodiscard]] static constexpr bool holds(Int value) noexcept { return value >= Min && value <= Max; }

  /// \pre `holds(value)`
  [[nodiscard]] static Int* object(Int value) noexcept {
    return &cells_[static_cast<std::size_t>(value) - static_cast<std::size_t>(Min)].value;
  }

  /// Whether the object is in the table. Compares its address and does not read it.
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

/// A handle to an immutable integer object, of the size of a pointer. From `Min` to `Max` there is one object per
/// value, made at compile time; others are made, counted and freed like any object. Compares by value. O(1)
template <std::integral Int, Int Min, Int Max>
class OURO_SHARED_TYPE basic_small_int
    : public detail::interned_handle<basic_small_int<Int, Min, Max>,
                                     managed_ptr<Int, local_refcount, no_collector, pool_allocator>> {
  using counted = managed_ptr<Int, local_refcount, no_collector, pool_allocator>;
  using base = detail::interned_handle<basic_small_int, counted>;
  using table = detail::small_int_table<Int, Min, Max>;

 public:
  using value_type = Int;
  static constexpr Int min = Min;  ///< the smallest integer in the table
  static constexpr Int max = Max;  ///< the largest integer in the table

  /// \throws std::bad_alloc if the integer is not in the table
  basic_small_int(Int value = 0) : base{object(value)} {}

  // Handles to objects of the table do not change their counts.
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

  /// Writes the value. The program includes the header of the stream.
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

/// Small integers in the range of CPython up to version 3.14.
using small_int = basic_small_int<long long, -5, 256>;

namespace detail {

/// Integers that are not in the table belong to the thread that made them. There is no table of those.
template <class Int, Int Min, Int Max>
struct handle_traits<basic_small_int<Int, Min, Max>> {
  using counts = interned_counts<Int, local_refcount>;

  static void survey(basic_small_int<Int, Min, Max>& seen, survey_sink& sink) {
    survey_interned(seen.pointer_, verbs, sink);
  }

 private:
  [[nodiscard]] static bool is_of_all(const void* value) noexcept {
    return small_int_table<Int, Min, Max>::owns(static_cast<const Int*>(value));
  }
  [[nodiscard]] static void* copy(const void* value) {
    return try_copy_managed<Int, local_refcount, no_collector, pool_allocator>(*static_cast<const Int*>(value));
  }
  [[nodiscard]] static void* find(const void*) noexcept { return nullptr; }
  static void list(void*) noexcept {}
  static void unlist(void*) noexcept {}

  static constexpr interned_verbs verbs{
      "ouro::small_int",  true,  true,  &is_of_all, &counts::handles, &counts::raise, &counts::lower, &counts::end,
      &counts::set_owner, &copy, &find, &list,      &unlist};
};

}  // namespace detail

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
