#pragma once
/// \file
/// Damages a structure for a moment, to see whether it notices.

#include <utility>

namespace ouro::test {

/// Whether `is_valid()` is false while `field` has the value `wrong`, and true again with its own.
template <class Field, class Wrong, class IsValid>
[[nodiscard]] bool notices_damage(Field& field, Wrong wrong, IsValid is_valid) {
  const Field right = std::exchange(field, wrong);
  const bool was_valid = is_valid();
  field = right;
  return !was_valid && is_valid();
}

}  // namespace ouro::test
