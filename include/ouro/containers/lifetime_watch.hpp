#pragma once
/// \file
/// Detects that a container was destroyed during one of its own operations.

#include <ouro/config.hpp>

#include <ouro/macros/hide.hpp>

namespace ouro::detail {

/// Watches a container while an operation of the container calls user code that may destroy it: the destructor of an
/// element may drop the last pointer to the object that the container is a member of. Lies on the stack; the watches of
/// one thread form a linked list, the innermost first. O(1), allocates nothing.
class lifetime_watch {
 public:
  explicit lifetime_watch(const void* container) noexcept : container_{container}, outer_{innermost_} {
    innermost_ = this;
  }
  lifetime_watch(const lifetime_watch&) = delete;
  lifetime_watch& operator=(const lifetime_watch&) = delete;
  ~lifetime_watch() { innermost_ = outer_; }

  [[nodiscard]] bool has_ended() const noexcept { return has_ended_; }

  /// The destructor of each container that is watched calls this. O(operations that are running).
  static void end(const void* container) noexcept {
    for (lifetime_watch* each = innermost_; each != nullptr; each = each->outer_) {
      if (each->container_ == container) each->has_ended_ = true;
    }
  }

 private:
  OURO_SHARED_STATE static inline constinit thread_local lifetime_watch* innermost_ = nullptr;

  const void* container_;
  lifetime_watch* outer_;
  bool has_ended_ = false;
};

}  // namespace ouro::detail

#include <ouro/macros/restore.hpp>
