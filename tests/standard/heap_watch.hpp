#pragma once
/// \file
/// Counts the requests to `operator new` of this program, and lets them fail. heap_watch_test.cpp replaces the
/// operator.

namespace ouro::test::standard {

struct heap_watch {
  static inline int requests = 0;        ///< since somebody set it to zero
  static inline bool must_fail = false;  ///< from now on
};

/// Requests of memory that `action` makes, as far as they reach `operator new`.
template <class Action>
[[nodiscard]] int requests_of(Action action) {
  heap_watch::requests = 0;
  action();
  return heap_watch::requests;
}

/// While it lives, `operator new` throws.
struct no_memory {
  no_memory() noexcept { heap_watch::must_fail = true; }
  no_memory(const no_memory&) = delete;
  no_memory& operator=(const no_memory&) = delete;
  ~no_memory() { heap_watch::must_fail = false; }
};

}  // namespace ouro::test::standard
