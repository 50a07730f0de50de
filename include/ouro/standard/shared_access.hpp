#pragma once
/// \file
/// Access of the library to the owner behind a `shared_ptr` or a `weak_ptr`.

#include <ouro/config.hpp>

#include <utility>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// A friend of the pointers.
struct shared_access {
  /// The counted owner; null for an empty pointer.
  template <class Pointer>
  [[nodiscard]] static const auto& owner(const Pointer& from) noexcept {
    return from.alias_.owner();
  }

  /// The alias that a `shared_ptr` consists of.
  template <class Pointer>
  [[nodiscard]] static auto& alias(Pointer& from) noexcept {
    return from.alias_;
  }

  /// The address in a `weak_ptr`.
  template <class Pointer>
  [[nodiscard]] static auto* part(const Pointer& from) noexcept {
    return from.part_;
  }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
