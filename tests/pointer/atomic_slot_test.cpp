// The steps of an atomic slot, with other threads' steps put between them. tests/models has all interleavings.

#include "support/child.hpp"
#include "support/misuse.hpp"

#include <ouro/pointer/atomic_slot.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace {

struct object {
  int count = 1;
};

struct counts {
  static void increment(object* of) { ++of->count; }
  static void decrement(object* of) { CHECK(--of->count >= 0); }
};

/// Does something before each compare-exchange, once, in turn.
template <class T>
class interrupted_atomic {
 public:
  static inline std::vector<std::function<void()>> interruptions;

  constexpr interrupted_atomic(T value) noexcept : value_{value} {}
  [[nodiscard]] T load(std::memory_order) const noexcept { return value_; }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order, std::memory_order) noexcept {
    if (!interruptions.empty()) {
      const auto first = std::move(interruptions.front());
      interruptions.erase(interruptions.begin());
      if (first) first();
    }
    if (value_ == expected) {
      value_ = desired;
      return true;
    }
    expected = value_;
    return false;
  }

 private:
  T value_;
};

using slot_type = ouro::detail::atomic_slot<object, counts, interrupted_atomic>;
auto& interruptions = interrupted_atomic<std::uint64_t>::interruptions;

}  // namespace

TEST_CASE("atomic_slot: a load that is undisturbed counts once") {
  object first;
  slot_type slot{&first};
  CHECK(slot.load() == &first);
  CHECK(first.count == 2);
  CHECK(slot.peek() == &first);
}

TEST_CASE("atomic_slot: a pointer that is replaced during a load has been counted for it") {
  object first;
  object second;
  slot_type slot{&first};
  for (const bool by_comparison : {true, false}) {
    interruptions = {nullptr, [&] {
                       ++second.count;
                       if (by_comparison) {
                         REQUIRE(slot.compare_exchange(&first, &second));
                       } else {
                         REQUIRE(slot.exchange(&second) == &first);
                       }
                       CHECK(first.count == 3);  // that of the slot before, that of the load and that for the load
                       --first.count;
                     }};
    CHECK(slot.load() == &first);
    CHECK(interruptions.empty());
    CHECK(first.count == 1);
    CHECK(second.count == 2);
    REQUIRE(slot.exchange(&first) == &second);
    --second.count;
  }
}

TEST_CASE("atomic_slot: a pointer that is replaced and stored again during a load is counted once") {
  object first;
  slot_type slot{&first};
  interruptions = {nullptr, [&] {
                     REQUIRE(slot.exchange(nullptr) == &first);
                     REQUIRE(slot.exchange(&first) == nullptr);
                   }};
  CHECK(slot.load() == &first);
  CHECK(first.count == 2);
}

TEST_CASE("atomic_slot: an exchange fails where another one comes before it, and begins again") {
  object first;
  object second;
  object third;
  {
    slot_type slot{&first};
    interruptions = {[&] { REQUIRE(slot.exchange(&second) == &first); }};
    CHECK(slot.exchange(&third) == &second);
    CHECK(slot.peek() == &third);
  }
  slot_type slot{&first};
  // During a load another thread begins an exchange, counts for the load, and comes too late.
  interruptions = {nullptr, [&] {
                     interruptions = {nullptr, [&] {
                                        CHECK(first.count == 3);
                                        REQUIRE(slot.exchange(&second) == &first);
                                        --first.count;
                                      }};
                     REQUIRE(slot.exchange(&third) == &second);
                     --second.count;
                   }};
  CHECK(slot.load() == &first);
  CHECK(first.count == 1);
  CHECK(second.count == 0);
  CHECK(third.count == 1);
  CHECK(slot.peek() == &third);
}

TEST_CASE("atomic_slot: a comparison stores where the object is the expected one, with a load under way or without") {
  object first;
  object second;
  slot_type slot{&first};
  CHECK_FALSE(slot.compare_exchange(&second, nullptr));
  CHECK_FALSE(slot.compare_exchange(nullptr, &second));
  interruptions = {nullptr, [&] {
                     interruptions = {[&] { CHECK(first.count == 3); }};
                     CHECK(slot.compare_exchange(&first, &second));
                   }};
  CHECK(slot.load() == &first);
  CHECK(first.count == 2);
  CHECK(slot.compare_exchange(&second, nullptr));
  CHECK(slot.load() == nullptr);
  CHECK(slot.compare_exchange(nullptr, &first));
  CHECK(first.count == 2);
  CHECK(second.count == 1);
}

TEST_CASE("atomic_slot: an address that leaves no room for loads is reported") {
  if constexpr (sizeof(void*) == sizeof(std::uint64_t)) {
    const auto said = ouro::test::run_in_child([] {
      slot_type slot;
      static_cast<void>(slot.exchange(reinterpret_cast<object*>(std::uintptr_t{1} << (sizeof(void*) * 8 - 16))));
    });
    ouro::test::check_misuse(said, "an atomic_ptr cannot hold an address of more than 48 bits");
  }
}

TEST_CASE("atomic_slot: where it has the address") {
  object first;
  ouro::detail::atomic_slot<object, counts> slot{&first};
  CHECK(*static_cast<object**>(slot.address()) == &first);
}
