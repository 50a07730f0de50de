// All schedules of a few threads that load and replace a counted pointer. Counts are exact at the end, each object dies
// once, when its count becomes zero, and nobody uses one before it was stored or after its death. With a fault planted
// into the protocol, or without one of its memory orders, that is noticed.

#include "models/explorer.hpp"
#include "models/faulty_slot.hpp"
#include "models/ordered_count.hpp"

#include <ouro/pointer/atomic_slot.hpp>

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace {

namespace explorer = ouro::test::explorer;

/// Lives from `begin` until its last count is dropped. `is_alive` stands for its memory: whoever uses the object reads
/// it.
struct object {
  ouro::test::ordered_count count;
  explorer::plain<bool> is_alive{false};

  void begin() {
    is_alive.write(true);
    count.begin();
  }
  void use() {
    if (!is_alive.read()) explorer::fail("an object is used that does not live");
  }
};

struct counts {
  static void increment(object* counted) noexcept {
    counted->use();
    counted->count.increment();
  }
  static void decrement(object* counted) noexcept {
    counted->use();
    if (counted->count.decrement()) counted->is_alive.write(false);
  }
};

constexpr auto too_early = "in another order a count becomes zero too early";

/// A slot that has the first object, and objects to store there.
template <class Slot>
struct world {
  std::array<object, 3> objects;
  Slot slot{begun(0)};

  object* begun(std::size_t number) {
    objects[number].begin();
    return &objects[number];
  }

  static void drop(object* counted) {
    if (counted != nullptr) counts::decrement(counted);
  }

  /// Uses what is in the slot.
  void read() {
    object* const found = slot.load();
    if (found != nullptr) found->use();
    drop(found);
  }
  void clear() { drop(slot.exchange(nullptr)); }
  void store(std::size_t number) { drop(slot.exchange(begun(number))); }
  /// Takes the pointer out of the slot, and puts it back.
  void take_and_put_back() {
    object* const taken = slot.exchange(nullptr);
    drop(slot.exchange(taken));
  }
  /// Stores the pointer that is in the slot already.
  void store_again() { drop(slot.exchange(slot.load())); }
  void compare_and_store(std::size_t number) {
    object* const expected = slot.load();
    object* const wanted = begun(number);
    drop(slot.compare_exchange(expected, wanted) ? expected : wanted);
    drop(expected);
  }

  /// No thread uses the slot any more.
  void check() {
    for (object& each : objects) {
      const int pointers = slot.peek() == &each ? 1 : 0;
      if (each.count.value() != pointers) explorer::fail("a count is not the number of pointers");
      if (each.is_alive.read() != (pointers == 1)) explorer::fail("an object lives without a pointer");
    }
    drop(slot.exchange(nullptr));
    for (object& each : objects) {
      if (each.count.value() != 0) explorer::fail("a note of a load has been left in the slot");
      if (each.count.can_be_zero_early()) explorer::fail(too_early);
    }
  }
};

template <class Slot>
struct named_scene {
  const char* name;
  unsigned most_preemptions;
  std::vector<void (*)(world<Slot>&)> threads;
};

template <class Slot>
std::vector<named_scene<Slot>> all_scenes() {
  using in = world<Slot>&;
  constexpr auto reads = [](in at) { at.read(); };
  constexpr auto clears = [](in at) { at.clear(); };
  constexpr auto stores = [](in at) { at.store(1); };
  constexpr auto stores_another = [](in at) { at.store(2); };
  constexpr auto compares = [](in at) { at.compare_and_store(1); };
  constexpr auto compares_with_another = [](in at) { at.compare_and_store(2); };
  constexpr auto puts_back = [](in at) { at.take_and_put_back(); };
  constexpr auto stores_again = [](in at) { at.store_again(); };
  return {{"read, store", 6, {reads, stores}},
          {"read, compare", 6, {reads, compares}},
          {"compare, compare", 4, {compares, compares_with_another}},
          {"read, put back", 6, {reads, puts_back}},
          {"read, read, store", 3, {reads, reads, stores}},
          {"read, store, store", 2, {reads, stores, stores_another}},
          {"read, read, put back", 2, {reads, reads, puts_back}},
          {"read, put back, compare", 2, {reads, puts_back, compares}},
          {"read, compare, compare", 2, {reads, compares, compares_with_another}},
          {"read, store again, clear", 2, {reads, stores_again, clears}}};
}

/// With OURO_TEST_PREEMPTIONS=4, each scene has so many: minutes.
unsigned preemptions(unsigned usual) {
  const char* const wanted = std::getenv("OURO_TEST_PREEMPTIONS");
  return wanted == nullptr ? usual : static_cast<unsigned>(std::strtoul(wanted, nullptr, 10));
}

template <class Slot>
explorer::report explore(const named_scene<Slot>& described) {
  return explorer::explore({.most_preemptions = preemptions(described.most_preemptions),
                            .names = {"first count", "second count", "third count", "slot"}},
                           [&] {
                             const auto shared = std::make_shared<world<Slot>>();
                             explorer::scene made;
                             for (const auto each : described.threads)
                               made.threads.emplace_back([=] { each(*shared); });
                             made.at_end = [=] { shared->check(); };
                             return made;
                           });
}

/// What the first scene that fails says, or nothing.
template <class Slot>
std::string first_failure() {
  for (const auto& each : all_scenes<Slot>()) {
    const auto found = explore(each);
    if (!found.has_passed()) return found.failure;
  }
  return {};
}

using slot = ouro::detail::atomic_slot<object, counts, explorer::atomic>;

using faulty_slot = ouro::test::faulty_slot<object, counts, explorer::atomic>;

/// Exchanges with the order `given` where the slot asks for `asked`.
template <class T>
struct weakened_atomic : explorer::atomic<T> {
  static inline std::memory_order asked = std::memory_order_seq_cst;
  static inline std::memory_order given = std::memory_order_seq_cst;

  using explorer::atomic<T>::atomic;
  bool compare_exchange_weak(T& expected, T wanted, std::memory_order success, std::memory_order failure) {
    return explorer::atomic<T>::compare_exchange_weak(expected, wanted, success == asked ? given : success,
                                                      failure == asked ? given : failure);
  }

  static void weaken(std::memory_order order, std::memory_order to) {
    asked = order;
    given = to;
  }
};
using weakened_slot = ouro::detail::atomic_slot<object, counts, weakened_atomic>;

template <class Slot>
void check_scenes_of_two_threads() {
  for (const auto& each : all_scenes<Slot>()) {
    if (each.threads.size() == 2) CHECK(explore(each).has_passed());
  }
}

}  // namespace

TEST_CASE("atomic_slot: counts are exact, and objects die once, in all schedules") {
  for (const auto& each : all_scenes<slot>()) {
    const auto found = explore(each);
    CHECK_MESSAGE(found.has_passed(), found.failure);
    MESSAGE(std::string{each.name}, ": ", found.executions);
  }
}

TEST_CASE("atomic_slot: each fault in the protocol is found") {
  using ouro::test::slot_fault;
  const auto check_fault = [](slot_fault planted, const char* message) {
    faulty_slot::fault = planted;
    const std::string found = first_failure<faulty_slot>();
    CHECK_MESSAGE(found.starts_with(message), found);
    MESSAGE(found.substr(0, found.find(':')));
  };
  check_fault(slot_fault::notes_nothing, too_early);
  check_fault(slot_fault::counts_no_loads, "an object is used that does not live");
  check_fault(slot_fault::counts_after_exchange, too_early);
  check_fault(slot_fault::keeps_surplus_counts, "a count is not the number of pointers");
  check_fault(slot_fault::keeps_both_counts, "a count is not the number of pointers");
  check_fault(slot_fault::takes_back_any_note, "a count is not the number of pointers");
  faulty_slot::fault = slot_fault::none;
  check_scenes_of_two_threads<faulty_slot>();
}

TEST_CASE("atomic_slot: each memory order of its exchanges is needed, but of seq_cst only acq_rel") {
  const auto check_order = [](std::memory_order asked, std::memory_order given) {
    weakened_atomic<std::uint64_t>::weaken(asked, given);
    const std::string found = first_failure<weakened_slot>();
    CHECK_MESSAGE(found.starts_with(too_early), found);
    MESSAGE(found.substr(0, found.find(':')));
  };
  check_order(std::memory_order_seq_cst, std::memory_order_acquire);
  check_order(std::memory_order_seq_cst, std::memory_order_release);
  check_order(std::memory_order_acquire, std::memory_order_relaxed);  // when an exchange fails
  check_order(std::memory_order_release, std::memory_order_relaxed);  // when a note is taken back
  weakened_atomic<std::uint64_t>::weaken(std::memory_order_seq_cst, std::memory_order_acq_rel);
  check_scenes_of_two_threads<weakened_slot>();
}
