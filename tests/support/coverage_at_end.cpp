// Of the preset `coverage`: has what abort(), std::terminate() and _exit() end written what it has counted, and keeps
// what the child of a fork has counted before fork() returns.

#include <unistd.h>

#include <exception>

extern "C" {
void __gcov_dump();
[[noreturn]] void __real_abort();
[[noreturn]] void __real__exit(int status);

[[noreturn]] void __wrap_abort() {
  __gcov_dump();
  __real_abort();
}

[[noreturn]] void __wrap__exit(int status) {
  __gcov_dump();
  __real__exit(status);
}

pid_t __wrap___gcov_fork() { return ::fork(); }
}

namespace {
const std::terminate_handler at_terminate = std::set_terminate([] {
  __gcov_dump();
  at_terminate();
});
}  // namespace
