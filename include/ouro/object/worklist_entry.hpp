#pragma once
/// \file
/// The entries of a collection's worklist.

#include <ouro/config.hpp>

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// An object that a collection has reached.
struct worklist_entry {
  void* header;         ///< a `header<R>`; R is the refcount policy of the collector
  std::uint32_t count;  ///< its count word before the trial
  std::uint32_t edges;  ///< the number of edges that its trace has reported
};

/// The number of objects to fetch ahead of a walk over a worklist: a cache miss takes as long as a few dozen objects.
inline constexpr std::size_t prefetch_distance = 32;

/// Prefetches the object that a walk which is at `i` reaches soon. \pre i < last
inline void fetch_ahead(const worklist_entry* worklist, std::size_t i, std::size_t last) noexcept {
  const std::size_t next = i + prefetch_distance < last ? i + prefetch_distance : last - 1;
  prefetch_for_write(worklist[next].header);
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
