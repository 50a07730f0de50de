#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <initializer_list>
#include <limits>
#include <thread>

// What programs see of private heaps: pointer/heap_test.cpp.

namespace {

using ouro::detail::current_pool_heap;
using ouro::detail::private_heap;

constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

/// A heap-local variable that says how often its heap has been closed.
struct closings {
  static inline int finds = 0;  ///< calls of `finish` that find something
  static inline int finished = 0;
  static inline int released = 0;
  int number = 0;

  static closings& of_thread() noexcept;

  static bool finish() noexcept {
    ++finished;
    return finds != 0 && finds-- != 0;
  }
  static void release() noexcept { ++released; }
};
thread_local closings closings_here;
closings& closings::of_thread() noexcept { return closings_here; }

}  // namespace

TEST_CASE("private_heap: is current between enter and leave, and again when an inner one was left") {
  private_heap outer{unlimited};
  private_heap inner{unlimited};
  private_heap::entry_token first{};
  private_heap::entry_token second{};
  private_heap::entry_token third{};
  const auto* const own_pools = current_pool_heap;
  REQUIRE(outer.enter(first));
  CHECK(first.is_first);
  CHECK(outer.is_current());
  CHECK(current_pool_heap == &outer.pools());
  REQUIRE(inner.enter(second));
  CHECK(inner.is_current());
  CHECK_FALSE(outer.is_current());
  CHECK(outer.is_entered());
  REQUIRE(outer.enter(third));
  CHECK_FALSE(third.is_first);
  CHECK(outer.is_current());
  outer.leave(third);
  CHECK(inner.is_current());
  CHECK(current_pool_heap == &inner.pools());
  inner.leave(second);
  CHECK(outer.is_current());
  CHECK_FALSE(inner.is_entered());
  outer.leave(first);
  CHECK(current_pool_heap == own_pools);
  CHECK_FALSE(outer.is_entered());
}

TEST_CASE("outside_private_heap: the blocks of a thread come from its own pools while it lives") {
  const auto* const own_pools = current_pool_heap;
  {
    const ouro::detail::outside_private_heap no_change;
    CHECK(current_pool_heap == own_pools);
  }
  private_heap outer{unlimited};
  private_heap inner{unlimited};
  private_heap::entry_token first{};
  private_heap::entry_token second{};
  REQUIRE(outer.enter(first));
  REQUIRE(inner.enter(second));
  {
    const ouro::detail::outside_private_heap outside;
    CHECK(current_pool_heap == own_pools);
  }
  CHECK(current_pool_heap == &inner.pools());
  inner.leave(second);
  outer.leave(first);
}

TEST_CASE("private_heap: waits for the next collection by itself, and not with others or the thread") {
  private_heap heap{unlimited};
  private_heap::entry_token entry{};
  const auto* const of_thread = &private_heap::back_off_here();
  REQUIRE(heap.enter(entry));
  const auto* const of_heap = &private_heap::back_off_here();
  CHECK(of_heap != of_thread);
  heap.leave(entry);
  CHECK(&private_heap::back_off_here() == of_thread);
}

TEST_CASE("private_heap: close ends objects until there are none, eight times at the most, and then releases memory") {
  REQUIRE(ouro::detail::register_heap_local(ouro::detail::heap_local_of<closings>::variable));
  for (const int finds : {0, 3, 1000}) {
    private_heap heap{unlimited};
    private_heap::entry_token entry{};
    REQUIRE(heap.enter(entry));
    closings::finds = finds;
    closings::finished = closings::released = 0;
    heap.close();
    CHECK(closings::finished == (finds < 8 ? finds + 1 : 8));
    CHECK(closings::released == 1);
    closings::finds = 0;
    heap.leave(entry);
  }
}

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
