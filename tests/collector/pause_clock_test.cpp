#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <thread>

TEST_CASE("pause_clock: nanoseconds go on while a thread sleeps, and never go back") {
  const std::uint64_t before = ouro::detail::steady_nanoseconds();
  std::this_thread::sleep_for(std::chrono::milliseconds{2});
  std::uint64_t last = ouro::detail::steady_nanoseconds();
  CHECK(last - before >= 2'000'000);
  for (int i = 0; i != 1000; ++i) {
    const std::uint64_t now = ouro::detail::steady_nanoseconds();
    REQUIRE(now >= last);
    last = now;
  }
}
