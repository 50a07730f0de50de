#pragma once
/// \file
/// Makes pointers from counts that the library holds itself, and the reverse.

#include <ouro/config.hpp>

#include <memory>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Access to the raw pointer in a `managed_ptr`. Unlike `adopt` and `release` it does not register raw pointers in
/// checked builds.
struct pointer_access {
  /// Makes a pointer that takes over a count of the object.
  template <class Pointer>
  [[nodiscard]] OURO_ALWAYS_INLINE static constexpr Pointer take(typename Pointer::pointer counted) noexcept {
    Pointer taken;
    taken.pointee_ = counted;
    return taken;
  }

  /// Where the pointer has its address.
  template <class Pointer>
  [[nodiscard]] static void* slot(Pointer& of) noexcept {
    return std::addressof(of.pointee_);
  }

  /// Drops the owner of an alias that nobody uses afterwards. The type record ends the object, whatever the type of the
  /// alias: this is as fast as a test for the type that it most likely has, and each type needs less code.
  template <class Alias>
  OURO_ALWAYS_INLINE static void drop_owner(Alias& from) noexcept {
    if (from.owner_.pointee_ == nullptr) return;
    Alias::owner_type::template drop<void>(from.owner_.pointee_at_end());
    from.owner_.pointee_ = nullptr;
  }

  /// Makes `from` null without decrementing: the caller has taken over its count.
  template <class Pointer>
  OURO_ALWAYS_INLINE static constexpr void forget(Pointer& from) noexcept {
    from.pointee_ = nullptr;
  }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
