#pragma once
/// \file
/// The entries of a collection's worklist.

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// An object that a collection has reached.
struct visited {
  void* header;         ///< a `header<R>`, of the R whose collector visits
  std::uint32_t count;  ///< its count word before the trial
  std::uint32_t edges;  ///< that its trace has reported
};

/// Objects to fetch ahead of a walk over a worklist: a miss takes as long as a few dozen objects.
inline constexpr std::size_t visit_ahead = 32;

/// Brings the object near that a walk which is at `i` comes to soon. \pre i < last
inline void fetch_ahead(const visited* visits, std::size_t i, std::size_t last) noexcept {
  const std::size_t next = i + visit_ahead < last ? i + visit_ahead : last - 1;
  __builtin_prefetch(visits[next].header, 1);
}

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
