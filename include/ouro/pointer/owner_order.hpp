#pragma once
/// \file
/// The order of pointers by the object that they own or watch, whatever part of it they point to.

#include <concepts>
#include <cstddef>
#include <functional>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Satisfied by `managed_ptr`, `managed_weak` and `managed_alias`.
template <class Handle>
concept has_owner = requires(const Handle& handle) {
  handle.owner();
  { handle.owner_hash() } -> std::same_as<std::size_t>;
};

/// The identity of the object that the handle owns or watches.
template <has_owner Handle>
[[nodiscard]] const void* owner_of(const Handle& handle) noexcept {
  if constexpr (std::is_pointer_v<std::remove_cvref_t<decltype(handle.owner())>>) {
    return handle.owner();
  } else {
    return handle.owner().owner();
  }
}

template <has_owner Left, has_owner Right>
[[nodiscard]] bool owner_before(const Left& left, const Right& right) noexcept {
  return std::less<const void*>{}(owner_of(left), owner_of(right));
}

template <has_owner Handle>
[[nodiscard]] std::size_t hash_of_owner(const Handle& handle) noexcept {
  return std::hash<const void*>{}(owner_of(handle));
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
