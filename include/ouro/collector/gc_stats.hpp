#pragma once
/// \file
/// What collections have done, and how a program may listen to them.

#include <cstddef>
#include <cstdint>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Sums over the collections of a heap. Objects, unless the name says otherwise.
struct gc_stats {
  std::size_t collections = 0;            ///< collections run
  std::size_t automatic_collections = 0;  ///< of these, begun by themselves: in `make_managed` or `gc::safepoint()`
  std::size_t full_collections = 0;       ///< of all, those that looked at old objects too
  std::size_t candidates = 0;             ///< candidates that collections began from
  std::size_t examined = 0;               ///< objects that collections looked at
  std::size_t collected = 0;              ///< garbage destroyed
  std::size_t finalized = 0;              ///< `finalize()` calls
  std::size_t resurrected = 0;            ///< garbage that a finalizer brought back
  std::size_t over_reported = 0;          ///< objects kept because some trace reported an edge that is not there
  std::size_t undecided = 0;              ///< batches given up: a trace threw or changed its mind, or memory ran out
  std::size_t given_up = 0;               ///< of all collections, those that threads did not let begin or go on
  char late_thread[24] = {};              ///< the name or number of the thread that did not answer the last of these
};

/// Statistics of the collections of one generation.
struct generation_stats {
  std::size_t collections = 0;      ///< collections run
  std::size_t collected = 0;        ///< garbage destroyed, objects
  std::size_t uncollectable = 0;    ///< objects kept because some trace reported an edge that is not there
  std::uint64_t longest_pause = 0;  ///< nanoseconds
};

/// Python's debugging flags: what collections print to `stderr`, and whether they keep what they find.
enum class gc_debug : unsigned {
  none = 0,
  stats = 1,          ///< prints what each collection has done
  collectable = 2,    ///< prints each garbage object
  uncollectable = 4,  ///< prints how many objects were kept because some trace reported an edge that is not there
  saveall = 32,       ///< keeps garbage in `gc::garbage()` instead of destroying it
  leak = collectable | uncollectable | saveall
};

[[nodiscard]] constexpr gc_debug operator|(gc_debug left, gc_debug right) noexcept {
  return static_cast<gc_debug>(static_cast<unsigned>(left) | static_cast<unsigned>(right));
}

/// Whether `flags` has one of `asked`.
[[nodiscard]] constexpr bool has_flag(gc_debug flags, gc_debug asked) noexcept {
  return (static_cast<unsigned>(flags) & static_cast<unsigned>(asked)) != 0;
}

/// When a callback is called.
enum class gc_phase { start, stop };

/// What a callback is told; the sums are of this collection, and zero at its start.
struct gc_info {
  gc_phase phase = gc_phase::start;
  bool automatic = false;      ///< begun by itself: in `make_managed` or `gc::safepoint()`
  std::size_t generation = 0;  ///< the oldest that is looked at
  std::size_t collected = 0;   ///< garbage destroyed, objects
  std::size_t examined = 0;    ///< objects looked at
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
