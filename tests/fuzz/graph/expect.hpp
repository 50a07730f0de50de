#pragma once
/// \file
/// How the graph fuzzer says that something is wrong.

#include <cstdio>
#include <cstdlib>

namespace ouro::fuzz {

/// What was wrong; in memory that a parent process has too, if it wants to know.
inline const char** last_failure = nullptr;

/// Ends the program, whose operations the fuzzer knows: its parent shrinks them.
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
