#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using ouro::detail::is_only_thread;

#if defined(__linux__)
TEST_CASE("only_thread: a thread is the only one before another begins and after it has ended, and not in between") {
  std::atomic<bool> may_end{false};
  std::thread other{[&may_end] {
    while (!may_end.load()) std::this_thread::yield();
  }};
  CHECK_FALSE(is_only_thread());
  may_end.store(true);
  other.join();
  // The system forgets a joined thread some microseconds later. A sanitizer or an emulator may have threads of its own.
  bool is_alone = false;
  for (int i = 0; i != 1000 && !is_alone; ++i) is_alone = is_only_thread();
  WARN(is_alone);
}
#endif
