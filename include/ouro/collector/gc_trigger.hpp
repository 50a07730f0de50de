#pragma once
/// \file
/// Where automatic collections begin.

#include <ouro/macros/hide.hpp>

namespace ouro {

/// The places at which a collection that is due begins.
enum class gc_trigger {
  allocation,  ///< inside `make_managed`, before the new object is constructed, and in `gc::safepoint()`
  safepoint    ///< in `gc::safepoint()` alone, as CPython has done since 3.12
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
