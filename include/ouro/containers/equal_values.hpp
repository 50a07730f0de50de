#pragma once
/// \file
/// `std::equal_to<>` without the header `<functional>`, which takes longer to compile than all containers.

#include <ouro/config.hpp>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Transparent: compares a key with values of other types.
struct OURO_SHARED_TYPE equal_values {
  using is_transparent = void;

  template <class Left, class Right>
  [[nodiscard]] constexpr bool operator()(const Left& left, const Right& right) const {
    return static_cast<bool>(left == right);
  }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
