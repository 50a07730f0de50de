#pragma once
/// \file
/// Runs code that ends a program in a child process, and reads what the child has written.

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string>

namespace ouro::test {

struct last_words {
  bool aborted;
  std::string text;  ///< what it wrote to stderr, and its status if it ended in a third way
};

/// An exception that leaves `action` aborts. \pre the calling process has one thread
template <class Action>
[[nodiscard]] last_words run_in_child(Action action) {
  int ends[2];
  if (::pipe(ends) != 0) std::abort();
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    std::signal(SIGABRT, SIG_DFL);  // doctest's handler would report a failure of the parent
    // An exception would be caught by the copy of doctest in the child, whose report is lost.
    [&]() noexcept { action(); }();
    ::_exit(0);
  }
  ::close(ends[1]);
  last_words said{false, {}};
  char buffer[512];
  for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    said.text.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  said.aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
  if (!said.aborted && status != 0) said.text += "ended with status " + std::to_string(status) + '\n';
  return said;
}

}  // namespace ouro::test
