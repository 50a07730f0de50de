#pragma once
/// \file
/// The order of pointers by the object that they own or watch, whatever part of it they point to.
///
/// The identity of an object is its address, and that of a weak pointer's object its lifetime too: the memory of a dead
/// object is used again, and a weak pointer to the dead one is neither equal to a weak pointer to the new one nor to a
/// strong one. The order never changes while the handles stay the same, so that they may be the keys of a map: of two
/// objects at one address, the one that died comes first, and lifetimes are numbered in the order in which they began
/// to be watched.

#include <ouro/config.hpp>
#include <ouro/fwd.hpp>

#include <compare>
#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Satisfied by `managed_ptr`, `managed_weak` and `managed_alias`.
template <class Handle>
concept has_owner = requires(const Handle& handle) {
  handle.owner();
  { handle.owner_hash() } -> std::same_as<std::size_t>;
};

/// The address of the object that the handle owns or watches.
template <has_owner Handle>
[[nodiscard]] constexpr const void* owner_of(const Handle& handle) noexcept {
  if constexpr (std::is_pointer_v<std::remove_cvref_t<decltype(handle.owner())>>) {
    return handle.owner();
  } else {
    return handle.owner().owner();
  }
}

template <class Handle>
inline constexpr bool is_weak = false;
template <class T, class R, class C, class A>
inline constexpr bool is_weak<managed_weak<T, R, C, A>> = true;  // the standard's are in standard/weak_ptr.hpp

/// O(1). \see the file
struct owner_order {
  template <has_owner Left, has_owner Right>
  [[nodiscard]] static constexpr std::strong_ordering compare(const Left& left, const Right& right) noexcept {
    const std::strong_ordering by_address = std::compare_three_way{}(owner_of(left), owner_of(right));
    if (by_address != std::strong_ordering::equal) return by_address;
    if constexpr (is_weak<Left> && is_weak<Right>) {
      return left.lifetime() <=> right.lifetime();
    } else if constexpr (is_weak<Left>) {
      return left.has_died() ? std::strong_ordering::less : std::strong_ordering::equal;
    } else if constexpr (is_weak<Right>) {
      return right.has_died() ? std::strong_ordering::greater : std::strong_ordering::equal;
    } else {
      return by_address;
    }
  }
};

template <has_owner Handle>
[[nodiscard]] std::size_t hash_of_owner(const Handle& handle) noexcept {
  return std::hash<const void*>{}(owner_of(handle));
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
