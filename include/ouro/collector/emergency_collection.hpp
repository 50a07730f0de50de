#pragma once
/// \file
/// A collection because memory is exhausted, behind a pointer: a file whose objects are in no cycle needs no code of a
/// collector, and compiles faster.

#include <ouro/config.hpp>

#include <atomic>
#include <cstddef>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Leads to the emergency collection of a collector once a type that it tracks is registered. Before that there is
/// nothing that a collection could find. Thread-safe.
template <class RefcountPolicy, class CollectorPolicy>
class OURO_SHARED_TYPE emergency_collection {
 public:
  /// Returns the number of objects destroyed.
  static std::size_t run() noexcept {
    // relaxed: an object that a collection could find was made by this thread, or was handed to it.
    const function known = function_.load(std::memory_order_relaxed);
    return known == nullptr ? 0 : known();
  }

  /// Has `run` collect from now on. The caller keeps this module loaded.
  static void enable() noexcept {
    function_.store(&CollectorPolicy::template emergency<RefcountPolicy>, std::memory_order_relaxed);
  }

 private:
  using function = std::size_t (*)() noexcept;

  OURO_SHARED_STATE static inline constinit std::atomic<function> function_{nullptr};
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
