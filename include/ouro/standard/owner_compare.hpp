#pragma once
/// \file
/// Function objects that compare and hash pointers by owner: those of `std::owner_less` and its like of C++26.

#include <ouro/pointer/owner_order.hpp>
#include <ouro/standard/fwd.hpp>

#include <cstddef>
#include <memory>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Orders any two handles of the library by owner. `Handle` is there for programs that name it.
template <class Handle = void>
struct owner_less {
  using is_transparent = void;

  template <detail::has_owner Left, detail::has_owner Right>
  [[nodiscard]] bool operator()(const Left& left, const Right& right) const noexcept {
    return detail::owner_order::compare(left, right) < 0;
  }
};

/// Hashes by owner, for containers with `owner_equal`.
struct owner_hash {
  using is_transparent = void;

  template <detail::has_owner Handle>
  [[nodiscard]] std::size_t operator()(const Handle& handle) const noexcept {
    return detail::hash_of_owner(handle);
  }
};

/// Whether two handles share an owner.
struct owner_equal {
  using is_transparent = void;

  template <detail::has_owner Left, detail::has_owner Right>
  [[nodiscard]] bool operator()(const Left& left, const Right& right) const noexcept {
    return detail::owner_order::compare(left, right) == 0;
  }
};

}  // namespace ouro

/// For programs that name `std::owner_less` of our pointers.
template <class T, class Memory>
struct std::owner_less<ouro::basic_shared_ptr<T, Memory>> : ouro::owner_less<ouro::basic_shared_ptr<T, Memory>> {};
template <class T, class Memory>
struct std::owner_less<ouro::basic_weak_ptr<T, Memory>> : ouro::owner_less<ouro::basic_weak_ptr<T, Memory>> {};

#include <ouro/macros/restore.hpp>
