#pragma once
/// \file
/// How the graph fuzzer reports a difference between library and oracle.

#include <cstdio>
#include <cstdlib>

namespace ouro::fuzz {

/// Where `fail` writes what was wrong, in memory that the parent process shares; or null.
inline const char** last_failure = nullptr;

/// Aborts. The parent process knows the operations of the program, and shrinks them.
[[noreturn]] inline void fail(const char* what) {
  if (last_failure != nullptr) *last_failure = what;
  std::fprintf(stderr, "fuzz_graph: %s\n", what);
  std::fflush(stderr);
  std::abort();
}

inline void expect(bool holds, const char* what) {
  if (!holds) [[unlikely]]
    fail(what);
}

}  // namespace ouro::fuzz
