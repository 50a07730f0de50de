#pragma once
/// \file
/// What a thread says so that collections of shared objects can pass: that it uses them, and that it waits.

#include <ouro/collector/handshake/mutator.hpp>
#include <ouro/collector/handshake/world.hpp>
#include <ouro/config.hpp>

#include <cstddef>
#include <string_view>

#include <ouro/macros/hide.hpp>

namespace ouro {

/// Registers the calling thread as one that uses shared objects, until the end of the scope: a collection waits for it
/// to come to a safe point (`make`, `safepoint()`), to wait inside `blocking`, or to leave the scope. A thread
/// registers by itself with its first use of a pointer to a shared object, and stays registered to its end; the scope
/// serves for a thread that stops using such objects earlier, or that wants a name in `gc::stats()`. Scopes may nest.
///
/// O(1), but a beginning waits for the end of a collection that is looking at the objects. Allocates nothing.
class [[nodiscard]] thread_scope {
 public:
  thread_scope() noexcept : was_registered_{detail::this_mutator.is_registered} {
    detail::all_mutators.add_this_thread();
  }

  /// With the name by which `gc_stats::late_thread` tells of the thread; its first 23 bytes are kept, and stay after
  /// the scope. A safe point.
  explicit thread_scope(std::string_view name) noexcept : thread_scope{} {
    detail::all_mutators.name_this_thread(name);
  }

  thread_scope(const thread_scope&) = delete;
  thread_scope& operator=(const thread_scope&) = delete;
  ~thread_scope() {
    if (!was_registered_) detail::all_mutators.remove_this_thread();
  }

 private:
  bool was_registered_;
};

/// While one lives, the calling thread uses no shared object, and collections do not wait for it: to be put around what
/// waits (a lock, a queue, a join, a read) and around long computations on data of the thread's own. Its end waits for
/// the end of a collection that is looking at the objects. They may nest.
///
/// Pointers to shared objects may live meanwhile, but must not be copied, moved, dropped or followed. Checked builds
/// end the program at such a use; unchecked ones let the thread use the objects, and collections wait for it again.
///
/// Two atomic operations on a word of the thread's own; allocates nothing.
class [[nodiscard]] blocking {
 public:
  blocking() noexcept { detail::all_mutators.begin_blocking(); }
  blocking(const blocking&) = delete;
  blocking& operator=(const blocking&) = delete;
  ~blocking() { detail::all_mutators.end_blocking(); }
};

}  // namespace ouro

#include <ouro/macros/restore.hpp>
