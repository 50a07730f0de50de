#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace {

constinit ouro::detail::waiting_mutex own;

template <class Mutex>
void check_exclusion(Mutex& mutex) {
  constexpr int rounds = 20'000;
  constexpr int threads = 4;
  int inside = 0;
  int together = 0;
  int all = 0;
  std::vector<std::thread> running;
  for (int i = 0; i != threads; ++i) {
    running.emplace_back([&] {
      for (int round = 0; round != rounds; ++round) {
        const std::lock_guard lock{mutex};
        if (++inside != 1) ++together;
        ++all;
        --inside;
      }
    });
  }
  for (std::thread& each : running) each.join();
  CHECK(together == 0);
  CHECK(all == threads * rounds);
}

}  // namespace

TEST_CASE("static_mutex: one thread at a time, and nobody waits for ever") {
  check_exclusion(own);
  constinit static ouro::detail::static_mutex chosen;
  check_exclusion(chosen);
}

TEST_CASE("static_mutex: is the standard's where that is made at compile time") {
#if defined(__linux__)
  CHECK(std::is_same_v<ouro::detail::static_mutex, std::mutex>);
#endif
  CHECK(ouro::detail::made_at_compile_time<ouro::detail::waiting_mutex>);
}
