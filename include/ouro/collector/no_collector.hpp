#pragma once
/// \file
/// Counting alone: cycles leak, as they do with `std::shared_ptr`, and nothing is paid.

namespace ouro {

/// No object is a candidate, no type needs a trace, no state exists.
struct no_collector {
  static constexpr bool finds_cycles = false;
};

}  // namespace ouro
