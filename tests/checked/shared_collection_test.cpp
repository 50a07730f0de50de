// What a thread may not do inside `blocking`.

#include "support/child.hpp"
#include "support/misuse.hpp"

#include <ouro/ouro.hpp>

#include <doctest/doctest.h>

#include <pthread.h>

#include <thread>
#include <utility>

using ouro::test::run_in_child;

namespace {

using mem = ouro::memory<ouro::biased_refcount, ouro::trial_deletion, ouro::pool_allocator>;

struct linked {
  int number = 0;
  mem::ptr<linked> next;
};

/// Does something inside `blocking` that must be reported.
template <class Use>
void check_reported(Use use) {
  const auto said = run_in_child([&] {
    auto object = mem::make<linked>();
    const mem::weak<linked> watcher{object};
    const ouro::blocking asleep;
    use(object, watcher);
  });
  ouro::test::check_misuse(said, "a thread used a shared object inside `blocking`");
}

}  // namespace

TEST_CASE("misuse: a thread that uses a shared object inside `blocking` is reported (trap 46)") {
  check_reported([](auto& object, auto&) { const auto copy = object; });
  check_reported([](auto& object, auto&) { object.reset(); });
  check_reported([](auto& object, auto&) { const auto moved = std::move(object); });
  check_reported([](auto& object, auto&) { object->number = 1; });
  check_reported([](auto& object, auto&) { (*object).number = 1; });
  check_reported([](auto& object, auto&) { object.get()->number = 1; });
  check_reported([](auto&, auto& watcher) { static_cast<void>(watcher.lock().release()); });
  check_reported([](auto&, auto&) { static_cast<void>(mem::make<linked>().release()); });
  check_reported([](auto&, auto&) { mem::gc::collect(); });
  ouro::atomic_ptr<linked> place;
  check_reported([&place](auto&, auto&) { static_cast<void>(place.load().release()); });
}

TEST_CASE("misuse: objects without a collector may be used inside `blocking`") {
  using plain = ouro::memory<ouro::atomic_refcount, ouro::no_collector, ouro::pool_allocator>;
  const auto said = run_in_child([&] {
    const auto object = plain::make<int>(1);
    const ouro::blocking asleep;
    const auto copy = object;
    if (*copy != 1) *copy = 2;
  });
  INFO(said.text);
  CHECK_FALSE(said.aborted);
  CHECK(said.text == "");
}

namespace {

mem::ptr<linked>* used_late = nullptr;
pthread_key_t key_of_use{};

/// Uses an object in each round of the calls at a thread's end.
void use_late(void* self) {
  const auto copy = *used_late;
  static_cast<void>(::pthread_setspecific(key_of_use, self));
}

}  // namespace

TEST_CASE("misuse: a thread that uses a shared object when the system ends it for good is reported") {
  const auto said = run_in_child([] {
    auto object = mem::make<linked>();
    used_late = &object;
    std::thread{[] {
      const auto makes_it_known = *used_late;
      static_cast<void>(::pthread_key_create(&key_of_use, &use_late));
      static_cast<void>(::pthread_setspecific(key_of_use, &key_of_use));
    }}.join();
  });
  ouro::test::check_misuse(said, "a thread used a shared object after its end");
}
