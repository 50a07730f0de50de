#pragma once
/// \file
/// The shortest program that fails as a given one does. Each attempt runs in a process of its own, so that crashes,
/// reports of sanitizers and endless loops shrink as well.

#include <fuzz/graph/bytecode.hpp>
#include <fuzz/graph/shadow.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <utility>

namespace ouro::fuzz {

enum class output : std::uint8_t { shown, hidden };

/// A `T` that child processes share with this one.
template <class T>
[[nodiscard]] T& shared_with_children() {
  void* const at = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) std::abort();
  return *::new (at) T{};
}

/// Runs `work` in a child process, for so many seconds at the most. Returns whether it has returned there.
template <class Work>
[[nodiscard]] bool survives(output wanted, unsigned seconds, Work work) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    if (wanted == output::hidden) {
      const int nowhere = open("/dev/null", O_WRONLY);
      dup2(nowhere, 1);
      dup2(nowhere, 2);
    }
    alarm(seconds);
    work();
    std::fflush(nullptr);
    _exit(0);
  }
  int status = 0;
  while (waitpid(child, &status, 0) != child) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

class shrinker {
 public:
  shrinker(void (*run)(const program&), const program& failing) : run_{run}, shortest_{failing} {}

  /// Whether the program fails by itself, without what the process has done before.
  [[nodiscard]] bool fails() {
    if (passes(shortest_)) return false;
    why_ = *last_failure;
    return true;
  }

  /// Takes operations out, long rows of them first (Zeller and Hildebrandt, "Simplifying and Isolating
  /// Failure-Inducing Input", 2002), and then makes operands zero. \pre fails()
  const program& shrink() {
    while (std::exchange(has_changed_, false)) {
      for (std::size_t row = std::max<std::size_t>(shortest_.size() / 2, 1); row != 0; row /= 2) take_rows(row);
      for (std::size_t i = 0; i != shortest_.size(); ++i) {
        for (std::uint8_t operation::* const operand : {&operation::a, &operation::b, &operation::c}) lower(i, operand);
      }
    }
    return shortest_;
  }

 private:
  [[nodiscard]] bool passes(const program& what) {
    *last_failure = nullptr;
    return survives(output::hidden, 20, [&] { run_(what); });
  }

  bool keep_if_it_fails(const program& shorter) {
    if (passes(shorter) || *last_failure != why_) return false;
    shortest_ = shorter;
    has_changed_ = true;
    return true;
  }

  void take_rows(std::size_t row) {
    for (std::size_t end = shortest_.size(); end != 0;) {
      const std::size_t begin = end > row ? end - row : 0;
      program shorter = shortest_;
      shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(begin),
                    shorter.begin() + static_cast<std::ptrdiff_t>(end));
      keep_if_it_fails(shorter);
      end = begin;
    }
  }

  void lower(std::size_t at, std::uint8_t operation::* operand) {
    for (std::uint8_t wanted = 0; wanted < shortest_[at].*operand && wanted != 16; ++wanted) {
      program simpler = shortest_;
      simpler[at].*operand = wanted;
      if (keep_if_it_fails(simpler)) return;
    }
  }

  void (*run_)(const program&);
  program shortest_;
  const char* why_ = nullptr;  ///< null for a crash
  bool has_changed_ = true;    ///< since the last round
};

}  // namespace ouro::fuzz
