#pragma once
/// \file
/// A cast between integer types that some platforms take for one.

#include <ouro/config.hpp>

#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Keeps the low bits of a number. It is no cast where the types are the same, as `std::size_t` and `std::uint64_t` may
/// be: g++ warns of a cast that does nothing (`-Wuseless-cast`).
template <class To, class From>
[[nodiscard]] OURO_ALWAYS_INLINE constexpr To integer_cast(From from) noexcept {
  if constexpr (std::is_same_v<To, From>) {
    return from;
  } else {
    return static_cast<To>(from);
  }
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
