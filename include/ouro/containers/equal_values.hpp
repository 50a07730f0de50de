#pragma once
/// \file
/// `std::equal_to<>`, without its header, which takes longer to compile than all containers.

#include <ouro/config.hpp>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Lets tables look for a key of another type than their own.
struct OURO_SHARED_TYPE equal_values {
  using is_transparent = void;

  template <class Left, class Right>
  [[nodiscard]] constexpr bool operator()(const Left& left, const Right& right) const {
    return static_cast<bool>(left == right);
  }
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
