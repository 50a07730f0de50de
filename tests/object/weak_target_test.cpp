#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

using header = ouro::detail::header<ouro::atomic_refcount>;
using target = ouro::detail::weak_target<ouro::atomic_refcount>;

TEST_CASE(
    "weak_target: a thread that looks at an object waits for another one that does, and then finds what that has "
    "left") {
  header object{ouro::count_word::one, 0};
  target to{object};
  std::atomic<bool> is_looked_at = false;
  std::atomic<bool> is_over = false;
  std::thread other{[&] {
    while (!is_looked_at) std::this_thread::yield();
    to.clear();
    CHECK(is_over);
  }};
  header* const seen = to.look([&](header* at) {
    is_looked_at = true;
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    is_over = true;
    return at;
  });
  other.join();
  CHECK(seen == &object);
  CHECK(to.is_cleared());
  CHECK(to.look([](header* at) { return at; }) == nullptr);
}
