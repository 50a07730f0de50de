#pragma once
/// \file
/// Counting alone: cycles leak, as they do with `std::shared_ptr`, and nothing is paid.

#include <ouro/collector/collector_policy.hpp>
#include <ouro/config.hpp>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// No object is a candidate, no type needs a trace, no state exists.
struct OURO_SHARED_TYPE no_collector {
  static constexpr bool finds_cycles = false;
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
