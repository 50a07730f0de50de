#include <ouro/base/plain_mutex.hpp>

#include <doctest/doctest.h>

#include <string>
#include <type_traits>

// What needs several threads: threads/static_mutex_test.cpp.

namespace {

struct logging_mutex {
  std::string log;
  void lock() { log += 'l'; }
  void unlock() { log += 'u'; }
};

static_assert(std::is_trivially_destructible_v<ouro::detail::plain_mutex>);
static_assert(sizeof(ouro::detail::plain_mutex) == 4);

constinit ouro::detail::plain_mutex mutex;

}  // namespace

TEST_CASE("lock_guard: locks at its beginning and unlocks at its end, also after an exception") {
  logging_mutex logging;
  {
    const ouro::detail::lock_guard lock{logging};
    CHECK(logging.log == "l");
  }
  CHECK(logging.log == "lu");
  try {
    const ouro::detail::lock_guard lock{logging};
    throw 1;
  } catch (int) {
  }
  CHECK(logging.log == "lulu");
}

TEST_CASE("plain_mutex: is free again after each unlock") {
  for (int i = 0; i != 3; ++i) const ouro::detail::lock_guard lock{mutex};
}
