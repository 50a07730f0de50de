#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <chrono>
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

TEST_CASE("static_mutex: one thread at a time") {
  check_exclusion(own);
  constinit static ouro::detail::static_mutex chosen;
  check_exclusion(chosen);
}

TEST_CASE("static_mutex: who waits is woken") {
  own.lock();
  std::thread waiting{[] { const std::lock_guard lock{own}; }};
  std::this_thread::sleep_for(std::chrono::milliseconds{50});  // by then it waits: else this finds nothing
  own.unlock();
  waiting.join();
}

TEST_CASE("static_mutex: is the standard's where that has no destructor") {
#if defined(__GLIBC__)
  CHECK(std::is_same_v<ouro::detail::static_mutex, std::mutex>);
#endif
  CHECK(std::is_trivially_destructible_v<ouro::detail::static_mutex>);
}
