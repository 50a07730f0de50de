#pragma once
/// \file
/// Constructs the elements of an array in order, and takes them back if a constructor throws.

#include <ouro/config.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// The elements in a `Row`, which counts as one unless it is an array.
template <class Row>
inline constexpr std::size_t elements_in_row = 1;
template <class Row, std::size_t N>
inline constexpr std::size_t elements_in_row<Row[N]> = N * elements_in_row<Row>;

/// The elements of an array of `rows`, where a row that is an array counts as its elements: an array of arrays is
/// stored as one long array. Too many rows, as from a negative length, become too many elements for any memory.
template <class Row>
[[nodiscard]] constexpr std::size_t elements_of(std::size_t rows) noexcept {
  constexpr std::size_t most = static_cast<std::size_t>(-1);
  return rows > most / elements_in_row<Row> ? most : rows * elements_in_row<Row>;
}

OURO_CONSTRUCTION_WARNINGS_OFF

/// Constructs the elements of an array. If a constructor throws, destroys those that exist, the last one first.
template <class Element>
class array_under_construction {
 public:
  explicit array_under_construction(Element* first) noexcept : first_{first} {}
  array_under_construction(const array_under_construction&) = delete;
  array_under_construction& operator=(const array_under_construction&) = delete;
  ~array_under_construction() {
    while (made_ != 0) std::destroy_at(first_ + --made_);
  }

  template <class... Args>
  void add(const Args&... args) {
    ::new (static_cast<void*>(first_ + made_)) Element(args...);
    ++made_;
  }

  /// Adds a `Row`, which may be an array: its elements are made from those of the arguments, of which there is one at
  /// most then.
  template <class Row, class... Args>
  void add_row(const Args&... args) {
    if constexpr (std::is_array_v<Row>) {
      for (std::size_t i = 0; i != std::extent_v<Row>; ++i) add_row<std::remove_extent_t<Row>>(args[i]...);
    } else {
      add(args...);
    }
  }

  /// Adds an element without a value, unless its default constructor gives it one.
  void add_for_overwrite() {
    ::new (static_cast<void*>(first_ + made_)) Element;
    ++made_;
  }

  void keep() noexcept { made_ = 0; }

 private:
  Element* first_;
  std::size_t made_ = 0;  ///< elements [0, made_) are alive
};

OURO_CONSTRUCTION_WARNINGS_RESTORE

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
