#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <thread>

TEST_CASE(
    "private_heap: a heap-local variable that becomes known while a thread is in the heap has its initial value "
    "there") {
  struct first_seen_elsewhere {
    int value;
    bool operator==(const first_seen_elsewhere&) const = default;
  };
  struct hash {
    std::size_t operator()(const first_seen_elsewhere& of) const { return static_cast<std::size_t>(of.value); }
  };
  using elsewhere = ouro::interner<first_seen_elsewhere, hash>;
  ouro::heap h;
  {
    const ouro::heap::scope in{h};
    std::thread{[] {
      const auto made = elsewhere::intern(first_seen_elsewhere{1});
      CHECK(elsewhere::size() == 1);
    }}.join();
    CHECK(elsewhere::size() == 0);
  }
  const auto outside = elsewhere::intern(first_seen_elsewhere{2});
  {
    const ouro::heap::scope in{h};
    CHECK(elsewhere::size() == 0);
  }
  CHECK(elsewhere::size() == 1);
}
