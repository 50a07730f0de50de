#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <thread>
#include <type_traits>
#include <vector>

namespace {

constinit ouro::detail::static_mutex own;
constinit ouro::detail::recursive_mutex again;

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
        const ouro::detail::lock_guard lock{mutex};
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

/// Knows whether a thread waits for it.
struct watched_mutex : ouro::detail::plain_mutex {
  [[nodiscard]] bool is_waited_for() const { return state_ == waited_for; }
};
constinit watched_mutex watched;

}  // namespace

TEST_CASE("plain_mutex: an unlock wakes a thread that waits") {
  watched.lock();
  std::thread waiting{[] { const ouro::detail::lock_guard lock{watched}; }};
  while (!watched.is_waited_for()) std::this_thread::yield();
  watched.unlock();
  waiting.join();
}

TEST_CASE("static_mutex: one thread at a time") {
  check_exclusion(watched);
  check_exclusion(own);
  check_exclusion(again);
}

TEST_CASE("static_mutex: an unlock wakes a thread that waits") {
  own.lock();
  std::thread waiting{[] { const ouro::detail::lock_guard lock{own}; }};
  std::this_thread::sleep_for(std::chrono::milliseconds{50});  // by then it waits; if not, nothing is tested
  own.unlock();
  waiting.join();
}

TEST_CASE("recursive_mutex: its holder may lock it again, and frees it by as many unlocks") {
  again.lock();
  again.lock();
  bool is_through = false;
  std::thread waiting{[&] {
    const ouro::detail::lock_guard lock{again};
    is_through = true;
  }};
  again.unlock();
  std::this_thread::sleep_for(std::chrono::milliseconds{50});  // time to lock it, if one unlock were enough
  CHECK_FALSE(is_through);
  again.unlock();
  waiting.join();
  CHECK(is_through);
}

TEST_CASE("static_mutex: is trivially destructible") {
  CHECK(std::is_trivially_destructible_v<ouro::detail::static_mutex>);
  CHECK(std::is_trivially_destructible_v<ouro::detail::recursive_mutex>);
}
