#pragma once
/// \file
/// `std::equal_to<>`, without its header, which takes longer to compile than all containers.

namespace ouro::detail {

/// Lets tables look for a key of another type than their own.
struct equal_values {
  using is_transparent = void;

  template <class Left, class Right>
  [[nodiscard]] constexpr bool operator()(const Left& left, const Right& right) const {
    return static_cast<bool>(left == right);
  }
};

}  // namespace ouro::detail
