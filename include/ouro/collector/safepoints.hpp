#pragma once
/// \file
/// The collectors whose objects a thread makes, so that one safe point serves all of them.

#include <ouro/config.hpp>

#include <cstddef>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// A collector among those of its thread, once it is listed.
struct safepoint_entry {
  std::size_t (*run)() noexcept;  ///< a safe point of the collector; returns the number of objects destroyed
  safepoint_entry* next = nullptr;
  bool is_listed = false;
};

/// The first of those of the calling thread.
OURO_SHARED_STATE inline constinit thread_local safepoint_entry* first_safepoint = nullptr;

inline void list_safepoint(safepoint_entry& of) noexcept {
  if (of.is_listed) return;
  of.is_listed = true;
  of.next = first_safepoint;
  first_safepoint = &of;
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
