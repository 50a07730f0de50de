#pragma once
/// \file
/// What collections have done, and how a program may listen to them.

#include <cstddef>

namespace ouro {

/// Sums over the collections of a heap. Objects, unless the name says otherwise.
struct gc_stats {
  std::size_t collections = 0;            ///< collections run
  std::size_t automatic_collections = 0;  ///< of these, started by `make_managed`
  std::size_t full_collections = 0;       ///< of all, those that looked at old objects too
  std::size_t candidates = 0;             ///< candidates that collections began from
  std::size_t examined = 0;               ///< objects that collections looked at
  std::size_t collected = 0;              ///< garbage destroyed
  std::size_t finalized = 0;              ///< `finalize()` calls
  std::size_t resurrected = 0;            ///< garbage that a finalizer brought back
  std::size_t over_reported = 0;          ///< objects kept because some trace reported an edge that is not there
  std::size_t abandoned = 0;              ///< batches given up: a trace threw or changed its mind, or memory ran out
};

/// When a callback is called.
enum class gc_phase { start, stop };

/// What a callback is told; the sums are of this collection, and zero at its start.
struct gc_info {
  gc_phase phase = gc_phase::start;
  bool automatic = false;     ///< started by `make_managed`
  std::size_t collected = 0;  ///< garbage destroyed, objects
  std::size_t examined = 0;   ///< objects looked at
};

}  // namespace ouro
